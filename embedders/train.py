#!/usr/bin/env python3
"""Makes static-en.bin: one vector a WordPiece token, trained so that their sum over a text points where MiniLM's does.

    scripts/setup.sh
    scripts/venv.sh static embedders/requirements.txt
    .venv/static/bin/python embedders/train.py

What MiniLM said is kept in .deps/static, so that a run that was stopped goes on where it was.
"""

import argparse
from pathlib import Path

import numpy as np

import corpus
import distil
import figures
import student
import table
import teacher

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "embedders" / "static-en.bin"
KEPT = ROOT / ".deps" / "static"
DIMENSION = 256
MAXIMUM_TOKENS = 512
#: Texts of the corpus that choices were made by; they are trained on in the end.
VALIDATION = 2_048


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=60_000, help="how many of the corpus to learn from")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--validate", action="store_true", help="judge on texts of the corpus; writes nothing")
    options = parser.parse_args()

    model = teacher.Teacher(options.threads)
    texts, judged = corpus.load()[:options.texts], corpus.held_out()
    vectors = model.embed_kept(texts, KEPT / "corpus")
    tokens = model.embed_tokens()
    matrix = student.counts(teacher.bare_ids(texts), len(tokens))
    if options.validate:
        judged_vectors, judged_matrix = vectors[:VALIDATION], matrix[:VALIDATION]
        vectors, matrix = vectors[VALIDATION:], matrix[VALIDATION:]
    else:
        judged_vectors = model.embed(judged)
        judged_matrix = student.counts(teacher.bare_ids(judged), len(tokens))

    def report(name: str, rows: np.ndarray):
        found = figures.figures(student.embed(judged_matrix, rows), judged_vectors)
        print(f"{name}: {figures.sentence(found)}", flush=True)

    directions = distil.projection(vectors, DIMENSION)
    first = distil.distil(tokens, directions, distil.weights(matrix), model.special())
    report("distilled", first)
    trained = student.train(first, matrix, vectors, student.unit(vectors @ directions), student.Recipe(),
                            lambda epoch, loss: print(f"epoch {epoch + 1}: loss {loss:.4f}", flush=True))
    report("trained", trained)
    if not options.validate:
        table.write(TABLE, trained, teacher.VOCABULARY.read_bytes(), MAXIMUM_TOKENS)
        print(f"{TABLE.relative_to(ROOT)}: {TABLE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
