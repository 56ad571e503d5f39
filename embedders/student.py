"""Token vectors whose sum over a text's tokens points where the teacher's sentence vector points."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.sparse


def counts(ids: list[list[int]], vocabulary: int) -> scipy.sparse.csr_matrix:
    """How often each token (column) stands in each text (row)."""
    bounds = np.concatenate([[0], np.cumsum([len(row) for row in ids])])
    flat = np.fromiter((token for row in ids for token in row), dtype=np.int32, count=bounds[-1])
    matrix = scipy.sparse.csr_matrix((np.ones(len(flat), np.float32), flat, bounds), shape=(len(ids), vocabulary))
    matrix.sum_duplicates()
    return matrix


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def embed(matrix: scipy.sparse.csr_matrix, table: np.ndarray) -> np.ndarray:
    return unit(matrix @ table)


@dataclass(frozen=True)
class Recipe:
    epochs: int = 20
    batch: int = 512
    rate: float = 2e-3
    #: Mean size of the first table's values: how far a step of Adam goes depends on it.
    size: float = 0.014
    #: Of the squared differences of pairwise cosines, against 1 for the distance to the teacher's vector.
    pairs: float = 10.0
    #: Share of tokens left out of a text at each step.
    dropout: float = 0.1
    seed: int = 5


def gradient(summed: np.ndarray, target: np.ndarray, cosines: np.ndarray, pairs: float):
    """The loss of a batch, and its gradient by the sums of token vectors."""
    norms = np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-6)
    units = summed / norms
    size = len(units)
    away = units @ units.T - cosines
    np.fill_diagonal(away, 0)
    loss = 1 - (units * target).sum(axis=1).mean() + pairs * (away ** 2).sum() / (size * (size - 1))
    by_unit = -target / size + pairs * 4 / (size * (size - 1)) * (away @ units)
    return loss, (by_unit - (by_unit * units).sum(axis=1, keepdims=True) * units) / norms


class Adam:
    """Adam for the rows that a step touches; the others keep their moments."""

    def __init__(self, table: np.ndarray):
        self.table, self.step = table, 0
        self.mean, self.square = np.zeros_like(table), np.zeros_like(table)

    def update(self, rows: np.ndarray, gradient: np.ndarray, rate: float):
        self.step += 1
        mean = self.mean[rows] = 0.9 * self.mean[rows] + 0.1 * gradient
        square = self.square[rows] = 0.999 * self.square[rows] + 0.001 * gradient ** 2
        mean, square = mean / (1 - 0.9 ** self.step), square / (1 - 0.999 ** self.step)
        self.table[rows] -= rate * mean / (np.sqrt(square) + 1e-8)


def train(table: np.ndarray, matrix: scipy.sparse.csr_matrix, teacher: np.ndarray, target: np.ndarray, recipe: Recipe,
          report: Callable[[int, float], None]) -> np.ndarray:
    """`teacher` has the vectors whose cosines count, `target` their projections to the width of the table."""
    chance, table = np.random.default_rng(recipe.seed), table * (recipe.size / np.abs(table).mean())
    adam = Adam(table)
    steps = recipe.epochs * (len(target) // recipe.batch)
    for epoch in range(recipe.epochs):
        order, losses = chance.permutation(len(target)), []
        for start in range(0, len(order) - recipe.batch + 1, recipe.batch):
            chosen = order[start:start + recipe.batch]
            part = matrix[chosen]
            part.data = part.data * (chance.random(len(part.data)) >= recipe.dropout)
            rows = np.unique(part.indices)
            part = part[:, rows]
            loss, by_sum = gradient(part @ table[rows], target[chosen], teacher[chosen] @ teacher[chosen].T,
                                    recipe.pairs)
            rate = recipe.rate * 0.5 * (1 + math.cos(math.pi * adam.step / steps))
            adam.update(rows, part.T @ by_sum, rate)
            losses.append(loss)
        report(epoch, float(np.mean(losses)))
    return table
