#!/usr/bin/env python3
"""Judges the static embedder's table on sentences that it was not trained on: do its cosines follow MiniLM's? With
`fixture`, writes texts and their vectors for the Swift tests; with `throughput`, says how many texts Teal embeds a
second of one core.

    scripts/venv.sh static embedders/requirements.txt
    .venv/static/bin/python Tests/oracles/static.py [fixture]
    TEAL_BENCHMARKS=1 swift build -c release --product SemanticOracle
    .venv/static/bin/python Tests/oracles/static.py throughput
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

import numpy as np

import artefacts

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "embedders"))
import corpus
import figures
import student
import table
import teacher

TABLE = ROOT / "embedders" / "static-en.bin"
FIXTURE = ROOT / "Tests" / "SemanticSearchTests" / "Fixtures" / "static-en.json"
BARS = {"random": 0.60, "mixed": 0.80}
ODD = ["", " \t\r\n", "\0", "İstanbul’da ﬁne café — naïve Ångström", "中文 and 日本語", "🙂 👩‍👧 ok", "¿Qué? №5 ½", "a" * 150,
       "don't stop U.S.A. 3.14 10^-3", "the " * 600]


def embed(texts):
    vectors, vocabulary, maximum_tokens = table.read(TABLE)
    if vocabulary != teacher.VOCABULARY.read_bytes():
        raise SystemExit(f"{TABLE} has another vocabulary than MiniLM")
    ids = [ids[:maximum_tokens] for ids in teacher.bare_ids(texts)]
    return student.embed(student.counts(ids, len(vectors)), vectors)


def write_fixture():
    texts = corpus.held_out()[:10] + ODD
    cases = [{"text": text, "vector": [round(float(value), 6) for value in row]}
             for text, row in zip(texts, embed(texts))]
    FIXTURE.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n", encoding="utf-8")
    print(f"{FIXTURE.relative_to(ROOT)}: {len(cases)} texts")
    return 0


def throughput():
    """Five rounds of 20,000 texts in one call."""
    texts = (corpus.held_out() * 6)[:20_000]
    run = subprocess.run(
        [artefacts.ORACLE, "static", TABLE, "5"], input=artefacts.framed(texts), capture_output=True, check=True
    )
    rounds = [float(line) for line in run.stderr.split()]
    print(
        f"{len(texts):,} texts: {len(texts) / statistics.median(rounds):,.0f} a processor second, tokenizing included"
        f" (median of {len(rounds)} rounds, {len(texts) / max(rounds):,.0f} to {len(texts) / min(rounds):,.0f})"
    )
    return 0


def judge():
    texts = corpus.held_out()
    found = figures.figures(embed(texts), teacher.Teacher(threads=1).embed(texts))
    print(f"{len(texts):,} held-out sentences: {figures.sentence(found)}")
    return 0 if all(found[name] >= bar for name, bar in BARS.items()) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("task", choices=["judge", "fixture", "throughput"], nargs="?", default="judge")
    return {"judge": judge, "fixture": write_fixture, "throughput": throughput}[parser.parse_args().task]()


if __name__ == "__main__":
    raise SystemExit(main())
