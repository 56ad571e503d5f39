"""The file of a static embedder; Sources/SemanticSearch/Embedders/StaticTable.swift describes and reads it."""

import hashlib
import struct
from pathlib import Path

import numpy as np

MAGIC = b"TEALSTAT"
VERSION = 1
HEADER = struct.Struct("<8s5I")


def write(path: Path, vectors: np.ndarray, vocabulary: bytes, maximum_tokens: int):
    scales = (np.abs(vectors).max(axis=1) / 127).astype("<f4")
    rows = np.rint(vectors / np.maximum(scales, 1e-30)[:, None]).clip(-127, 127).astype(np.int8)
    count, dimension = rows.shape
    content = HEADER.pack(MAGIC, VERSION, dimension, count, maximum_tokens, len(vocabulary)) + vocabulary \
        + scales.tobytes() + rows.tobytes()
    path.write_bytes(content + hashlib.sha256(content).digest())


def read(path: Path) -> tuple[np.ndarray, bytes, int]:
    """The rows, the vocabulary and how many tokens of a text count."""
    content = path.read_bytes()
    magic, version, dimension, count, maximum_tokens, length = HEADER.unpack_from(content)
    if magic != MAGIC or version != VERSION or hashlib.sha256(content[:-32]).digest() != content[-32:]:
        raise SystemExit(f"{path} is no file of a static embedder, or damaged")
    scales = np.frombuffer(content, "<f4", count, HEADER.size + length)
    rows = np.frombuffer(content, np.int8, count * dimension, HEADER.size + length + 4 * count)
    vectors = rows.reshape(count, dimension).astype(np.float32) * scales[:, None]
    return vectors, content[HEADER.size:HEADER.size + length], maximum_tokens
