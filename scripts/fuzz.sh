#!/bin/sh
# Fuzzes the readers of requests and answers and the HTTP pipeline with libFuzzer and AddressSanitizer:
#   scripts/fuzz.sh [seconds for each] [target...]
# New inputs go to .build/fuzz/corpus; a crash leaves its input in .build/fuzz and ends this script with an error.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- FuzzInferJSON FuzzInferBinary FuzzHTTPHead FuzzHTTPCodec FuzzAnswers

export TEAL_FUZZ=1
# NIO keeps threads for the whole life of the process.
export ASAN_OPTIONS=detect_leaks=0
# Swift's own report of a crash waits for one that AddressSanitizer has stopped.
export SWIFT_BACKTRACE=enable=no
work=.build/fuzz
for target in "$@"; do
    swift build -c release --scratch-path "$work" --product "$target" --sanitize address \
        -Xswiftc -sanitize=fuzzer -Xcxx -fsanitize=fuzzer-no-link -Xswiftc -use-ld=lld
    case $target in
    *JSON) seeds=json ;;
    *HTTPHead) seeds=http ;;
    *HTTPCodec) seeds=codec ;;
    *Answers) seeds=answers ;;
    *) seeds=binary ;;
    esac
    mkdir -p "$work/corpus/$seeds"
    "$work/release/$target" "$work/corpus/$seeds" "Tests/Fuzz/Corpus/$seeds" -max_total_time="$seconds" \
        -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$work/$target-"
done
