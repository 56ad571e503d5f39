"""The texts that the static embedder learns from: sentences of the VADER corpus, and WordNet's glosses and examples.

The held-out sentences of the sentiment model are never among them, nor what shares most of its words with one: they are
what the embedder is judged on.
"""

import hashlib
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "models"))
import vader  # noqa: E402

HELD_OUT = ROOT / "models" / "sentiment" / "heldout.jsonl"
WORDNET = "wordnet-base=1:3.0-37"
WORDNET_SHA256 = "61060d960f9ada8fa120872312eccd3ecebfbab8c4579e4f5a74e1cf67620752"
SEED = 5
#: Words that stand together; a text that shares half of its groups with the held-out ones is a near duplicate.
GROUP = 4


def held_out() -> list[str]:
    rows = (json.loads(line) for line in HELD_OUT.read_text(encoding="utf-8").splitlines())
    return list(dict.fromkeys(row["inputs"][0]["data"][0] for row in rows))


def words(text: str) -> tuple[str, ...]:
    """What two texts share that differ in capitals, spaces and punctuation only."""
    return tuple(re.findall(r"[^\W_]+", text.lower()))


def groups(found: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [found[at:at + GROUP] for at in range(len(found) - GROUP + 1)]


def wordnet() -> list[str]:
    """Each gloss without its examples, and each example, of Debian's package of WordNet 3.0."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", WORDNET], cwd=folder, check=True)
        package = next(Path(folder).glob("*.deb"))
        if hashlib.sha256(package.read_bytes()).hexdigest() != WORDNET_SHA256:
            raise SystemExit(f"{package.name} is not the expected one")
        subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)
        files = sorted(Path(folder, "usr/share/wordnet").glob("data.*"))
        lines = [line for file in files for line in file.read_text(encoding="ascii").splitlines()]
    texts = []
    for gloss in (line.partition(" | ")[2] for line in lines if " | " in line):
        texts.append(re.sub(r'[;,]?\s*"[^"]*"', "", gloss).strip(" ;"))
        texts.extend(re.findall(r'"([^"]+)"', gloss))
    return texts


def load() -> list[str]:
    """VADER's sentences first, then WordNet's, either part shuffled; no text twice, none held out or nearly."""
    judged = [words(text) for text in held_out()]
    seen, known = set(judged), {group for text in judged for group in groups(text)}
    texts = []
    for part in ([sentence.text for sentence in vader.load(None)[0]], wordnet()):
        random.Random(SEED).shuffle(part)
        for text in part:
            key = words(text)
            shared = [group in known for group in groups(key)]
            if key and key not in seen and 2 * sum(shared) < max(1, len(shared)):
                seen.add(key)
                texts.append(text)
    return texts
