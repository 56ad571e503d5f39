#!/usr/bin/env python3
"""Compares Teal's ONNX text embedder with ONNX Runtime called from Python on the same model, texts and batches: cosine
of the vectors, and processor time of one thread, in turns.

    scripts/venv.sh oracles-semantic Tests/oracles/semantic_requirements.txt
    TEAL_BENCHMARKS=1 swift build -c release --product SemanticOracle
    .venv/oracles-semantic/bin/python Tests/oracles/minilm.py
    .venv/oracles-semantic/bin/python Tests/oracles/minilm.py --fixture     # vectors that the tests replay
"""

import argparse
import json
import pathlib
import random
import subprocess
import time

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

import artefacts
import texts

BATCH_TOKENS = 256
FIXTURE = artefacts.ROOT / "Tests" / "SemanticSearchTests" / "Fixtures" / "minilm.json"


def chosen(count):
    """Sentences of all lengths, and some longer texts made of them, one beyond the 256 tokens."""
    chance = random.Random(7)
    sentences = texts.sentences()
    chance.shuffle(sentences)
    longer = [" ".join(sentences[at:at + chance.randrange(2, 9)]) for at in range(0, count // 10)]
    return ([" ".join(sentences[:40])] + longer + sentences)[:count]


def groups(lengths):
    """The embedder's own rule: the shortest first, no more than BATCH_TOKENS with padding."""
    group = []
    for text in sorted(range(len(lengths)), key=lambda text: (lengths[text], text)):
        if group and (len(group) + 1) * lengths[text] > BATCH_TOKENS:
            yield group
            group = []
        group.append(text)
    yield group


class Reference:
    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(artefacts.MODEL, options, providers=["CPUExecutionProvider"])
        self.tokenizer = Tokenizer.from_file(str(artefacts.tokenizer_json()))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)

    def embed(self, strings):
        """Vectors, and the processor time of the model's runs alone."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(strings)]
        vectors, model_time = np.zeros((len(ids), 384), dtype=np.float32), 0
        for group in groups([len(row) for row in ids]):
            tokens = np.zeros((len(group), max(len(ids[text]) for text in group)), dtype=np.int64)
            mask = np.zeros_like(tokens)
            for row, text in enumerate(group):
                tokens[row, :len(ids[text])] = ids[text]
                mask[row, :len(ids[text])] = 1
            inputs = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
            start = time.process_time()
            hidden = self.session.run(None, inputs)[0]
            model_time += time.process_time() - start
            pooled = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
            vectors[group] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return vectors, model_time


def ours(strings, oracle):
    command = [oracle, "embed", artefacts.MODEL, artefacts.VOCABULARY, artefacts.LIBRARY, str(BATCH_TOKENS), "1"]
    run = subprocess.run(command, input=artefacts.framed(strings), capture_output=True)
    if run.returncode:
        raise SystemExit(f"{oracle} ended with {run.returncode}: {run.stderr.decode()}")
    return np.frombuffer(run.stdout, dtype="<f4").reshape(len(strings), -1), float(run.stderr)


def fixture():
    strings = ["a", "Not good.", "not bad at all", "Größe & Ärger — 中文 テスト 👍", "-12.5 kg at 3:45 p.m."]
    strings += chosen(1_000)[:3]
    rows = [json.dumps({"text": text, "vector": [round(float(value), 5) for value in vector]}, separators=(",", ":"))
            for text, vector in zip(strings, Reference().embed(strings)[0])]
    FIXTURE.write_text("[\n" + ",\n".join(rows) + "\n]\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--oracle", type=pathlib.Path, default=artefacts.ORACLE)
    parser.add_argument("--texts", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fixture", action="store_true")
    options = parser.parse_args()
    if options.fixture:
        return fixture()
    strings, reference = chosen(options.texts), Reference()
    theirs, model, teal = [], [], []
    for _ in range(options.rounds):
        found, seconds = ours(strings, options.oracle)
        teal.append(seconds)
        start = time.process_time()
        expected, model_time = reference.embed(strings)
        theirs.append(time.process_time() - start)
        model.append(model_time)
        print(f"Teal {seconds:.3f} s, Python {theirs[-1]:.3f} s, of which the model {model_time:.3f} s", flush=True)
    cosines = (found * expected).sum(axis=1)
    ratio, bare = np.median(np.array(theirs) / teal), np.median(np.array(model) / teal)
    print(f"{len(strings):,} texts: cosine {cosines.min():.7f} at least, {cosines.mean():.7f} on average")
    print(f"Teal: {len(strings) / min(teal):.0f} texts a processor second, {ratio:.3f} times Python's throughput,"
          f" {bare:.3f} times that of Python's model runs alone (medians of {options.rounds} rounds)")
    return 0 if cosines.min() >= 0.9999 and ratio >= 1 else 1


if __name__ == "__main__":
    raise SystemExit(main())
