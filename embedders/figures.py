"""How well the cosines of one set of vectors follow those of another: what the static embedder is judged by."""

import numpy as np
from scipy.stats import spearmanr

PAIRS = 100_000
SEED = 7


def random_pairs(count: int, chance: np.random.Generator) -> np.ndarray:
    pairs = chance.integers(0, count, (2 * PAIRS, 2))
    return pairs[pairs[:, 0] != pairs[:, 1]][:PAIRS]


def neighbours(vectors: np.ndarray, count: int) -> np.ndarray:
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -2)
    return np.argpartition(-cosines, count, axis=1)[:, :count]


def figures(vectors: np.ndarray, teacher: np.ndarray) -> dict[str, float]:
    """Spearman's rank correlation of cosines over random pairs, and over as many pairs each of random ones and of the
    teacher's 10 nearest neighbours; the share of these 10 among the 100 nearest by `vectors`."""
    chance = np.random.default_rng(SEED)
    random = random_pairs(len(teacher), chance)
    nearest = neighbours(teacher, 10)
    near = np.stack([np.repeat(np.arange(len(teacher)), 10), nearest.ravel()], axis=1)
    size = min(len(near), len(random))
    mixed = np.concatenate([chance.permutation(near)[:size], random[:size]])
    def correlation(pairs):
        left, right = pairs.T
        return float(spearmanr((vectors[left] * vectors[right]).sum(1), (teacher[left] * teacher[right]).sum(1))[0])
    wide = neighbours(vectors, 100)
    found = np.mean([np.isin(mine, theirs).mean() for mine, theirs in zip(nearest, wide)])
    return {"random": correlation(random), "mixed": correlation(mixed), "recall": float(found)}


def sentence(found: dict[str, float]) -> str:
    return (f"Spearman {found['random']:.3f} over random pairs, {found['mixed']:.3f} mixed with nearest neighbours,"
            f" recall@100 of the 10 nearest {found['recall']:.3f}")
