#!/usr/bin/env bash
# venv.sh NAME REQUIREMENTS: a virtual environment in .venv/NAME with exactly these packages. It is made again when the
# requirements or the Python change, and otherwise left alone.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly venv=.venv/$1 requirements=$2
stamp=$({ python3 -VV; cat "$requirements"; } | sha256sum | cut -d ' ' -f 1)
readonly stamp

[[ $(cat "$venv/stamp" 2>/dev/null) == "$stamp" ]] && exit
echo "venv: installing $requirements into $venv"
rm -rf "$venv"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { python3 -m venv "$venv" && "$venv/bin/python" -m pip install --requirement "$requirements"; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "venv: could not install $requirements, see above" >&2
    exit 1
fi
echo "$stamp" >"$venv/stamp"
