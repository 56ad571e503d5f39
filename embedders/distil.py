"""A first table of token vectors, without training: each token through the teacher, fewer dimensions, weights.

That is Model2Vec (S. Tulkens and T. van Dongen, 2024) with the weights of S. Arora, Y. Liang and T. Ma, A Simple but
Tough-to-Beat Baseline for Sentence Embeddings, ICLR 2017.
"""

import numpy as np
import scipy.sparse

#: The `a` of Arora's weights a / (a + p).
SMOOTHING = 1e-4


def projection(vectors: np.ndarray, dimension: int) -> np.ndarray:
    """The directions with most of the vectors' squares, as columns. They are not centred: cosines are to be kept."""
    values, directions = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    directions = directions[:, np.argsort(-values)[:dimension]]
    signs = np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(dimension)])
    return (directions * signs).astype(np.float32)


def weights(matrix: scipy.sparse.csr_matrix) -> np.ndarray:
    """Less for tokens that many texts have; a token of no text counts as one of a single text."""
    counts = np.maximum(np.asarray(matrix.sum(axis=0)).ravel(), 1)
    return (SMOOTHING / (SMOOTHING + counts / counts.sum())).astype(np.float32)


def distil(tokens: np.ndarray, directions: np.ndarray, weight: np.ndarray, special: list[int]) -> np.ndarray:
    """A row a token, its distance from the mean of all; of special tokens it is zero."""
    table = ((tokens - tokens.mean(axis=0)) @ directions) * weight[:, None]
    table[special] = 0
    return table
