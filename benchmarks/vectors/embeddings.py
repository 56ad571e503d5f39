"""Real embeddings: the bundled sentences through MiniLM, jittered to any number, and queries of sentences held out."""

import pathlib
import sys

import numpy as np
import onnxruntime
from tokenizers import BertWordPieceTokenizer

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "models"))
import vader

MODEL = ROOT / ".deps" / "minilm" / "model.onnx"
VOCABULARY = ROOT / ".deps" / "minilm" / "vocab.txt"
WORK = ROOT / "benchmarks" / ".work" / "vectors"
BATCH = 32
HELD_OUT = 1_000
# Cosine of a jittered vector to the one it is made from.
COSINE = 0.9


def embedded(texts):
    """Mean of the last layer over the tokens, at unit length."""
    if not MODEL.exists():
        raise SystemExit(f"{MODEL} is missing: make setup")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
    tokenizer = BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)
    tokenizer.enable_truncation(256)
    rows = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    vectors = np.zeros((len(rows), 384), dtype=np.float32)
    for start in range(0, len(order), BATCH):
        group = order[start:start + BATCH]
        ids = np.zeros((len(group), max(len(rows[row]) for row in group)), dtype=np.int64)
        mask = np.zeros_like(ids)
        for place, row in enumerate(group):
            ids[place, :len(rows[row])] = rows[row]
            mask[place, :len(rows[row])] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = session.run(None, inputs)[0]
        pooled = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
        vectors[group] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
    return vectors


def sentences():
    """Kept after the first run: embedding takes some minutes."""
    kept = WORK / "sentences.npy"
    if not kept.exists():
        texts = sorted({sentence.text for sentence in vader.load(None)[0]})
        print(f"embedding {len(texts):,} sentences ...", flush=True)
        WORK.mkdir(parents=True, exist_ok=True)
        partial = WORK / "partial.npy"
        np.save(partial, embedded(texts))
        partial.rename(kept)
    return np.load(kept)


def jittered(vectors, chance):
    length = np.sqrt(1 / COSINE**2 - 1)
    noise = chance.standard_normal(vectors.shape, dtype=np.float32) * (length / np.sqrt(vectors.shape[1]))
    moved = vectors + noise.astype(np.float32)
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


def collection(count, queries):
    """`count` stored vectors and `queries` of sentences that none of them was made from."""
    chance = np.random.default_rng(1)
    origins = sentences()
    chance.shuffle(origins)
    held_out, kept = origins[:HELD_OUT], origins[HELD_OUT:]
    base = jittered(kept[np.arange(count) % len(kept)], chance)
    chance.shuffle(base)
    return base, jittered(held_out[np.arange(queries) % HELD_OUT], chance)
