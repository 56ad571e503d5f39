#!/usr/bin/env bash
# Runs the tests of the modules that share state between threads under the thread sanitizer. It is a second, debug build
# of everything in .build-tsan: about five minutes on two cores the first time, then only what has changed. That is why
# CI does not run it each time. Arguments replace the filter: `tsan.sh GatewayTests`.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly filter=${1:-'^(SlotsTests|RoutingTests|InferenceTests)\.'}

# halt_on_error: a race ends the run, so that it cannot scroll by.
TSAN_OPTIONS="halt_on_error=1 exitcode=66 suppressions=$PWD/scripts/tsan.suppressions ${TSAN_OPTIONS-}" \
    swift test --sanitize=thread --scratch-path .build-tsan --filter "$filter"
