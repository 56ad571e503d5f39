#!/usr/bin/env bash
# Format and house rules; needs no build. Every finding is a line `file:line: rule: what`.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
swift format lint --strict --parallel --recursive Sources Tests Package.swift || status=1
python3 scripts/check_sources.py || status=1
exit "$status"
