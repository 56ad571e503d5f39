#!/usr/bin/env python3
"""Writes comparators.json beside this file: seeded random inputs and what numpy and scipy make of them.

    scripts/venv.sh comparators Tests/ComparisonTests/Fixtures/requirements.txt
    .venv/comparators/bin/python Tests/ComparisonTests/Fixtures/generate.py
"""

import json
import pathlib

import numpy as np
from scipy.spatial import procrustes
from scipy.spatial.distance import cdist, cosine, jensenshannon
from scipy.special import rel_entr
from scipy.stats import iqr, wasserstein_distance

HERE = pathlib.Path(__file__).parent
RANDOM = np.random.default_rng(20261124)


def distributions():
    for classes in (2, 3, 5, 10, 100):
        for sharpness in (0.05, 1.0):
            for zeros in (False, True):
                p = RANDOM.dirichlet(np.full(classes, sharpness))
                q = RANDOM.dirichlet(np.full(classes, sharpness))
                if zeros:
                    p[0], q[-1] = 0, 0
                    p, q = p / p.sum(), q / q.sum()
                floored = np.maximum(p, 1e-6), np.maximum(q, 1e-6)
                psi_p, psi_q = np.where(p > 0, p, 1e-4), np.where(q > 0, q, 1e-4)
                ranks = np.arange(classes)
                yield {
                    "p": p.tolist(),
                    "q": q.tolist(),
                    "totalVariation": 0.5 * np.abs(p - q).sum(),
                    "hellinger": np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / np.sqrt(2),
                    "jensenShannon": jensenshannon(p, q) ** 2,
                    "jensenShannonDistance": jensenshannon(p, q, base=2),
                    "kullbackLeibler": rel_entr(*floored).sum(),
                    "populationStability": ((psi_q - psi_p) * np.log(psi_q / psi_p)).sum(),
                    "wasserstein": wasserstein_distance(ranks, ranks, p, q),
                }


def vectors():
    for size in (1, 2, 17, 384):
        a, b = RANDOM.normal(size=size), RANDOM.normal(size=size)
        yield {"a": a.tolist(), "b": b.tolist(), "cosine": 1 - cosine(a, b)}


def samples():
    for size in (1, 2, 7, 100):
        values = np.sort(RANDOM.lognormal(size=size))
        yield {"values": values.tolist(), "median": np.median(values), "interquartileRange": iqr(values)}


def cka(x, y):
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return np.linalg.norm(x.T @ y) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def unbiased_cka(x, y):
    def hsic(k, l):
        k, l = k.copy(), l.copy()
        np.fill_diagonal(k, 0)
        np.fill_diagonal(l, 0)
        n, one = len(k), np.ones(len(k))
        middle = (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2))
        return (np.trace(k @ l) + middle - 2 / (n - 2) * (one @ k @ l @ one)) / (n * (n - 3))

    k, l = x @ x.T, y @ y.T
    return hsic(k, l) / np.sqrt(hsic(k, k) * hsic(l, l))


def mutual_neighbours(x, y, k):
    def nearest(m):
        m = m / np.linalg.norm(m, axis=1, keepdims=True)
        similarity = m @ m.T
        np.fill_diagonal(similarity, -np.inf)
        return np.argsort(-similarity, axis=1, kind="stable")[:, :k]

    return np.mean([len(set(a) & set(b)) / k for a, b in zip(nearest(x), nearest(y))])


def discrepancy(x, y):
    both = np.vstack([x, y])
    squared = cdist(both, both, "sqeuclidean")
    sigma = np.median(squared[np.triu_indices(len(both), 1)]) / 2
    kernel = lambda a, b: np.exp(-cdist(a, b, "sqeuclidean") / (2 * sigma))
    off = lambda m: (m.sum() - np.trace(m)) / (len(m) * (len(m) - 1))
    return sigma, off(kernel(x, x)) + off(kernel(y, y)) - 2 * kernel(x, y).mean()


def clouds():
    for rows, left, right, noise in ((8, 4, 4, 0.1), (30, 6, 6, 0.5), (40, 5, 5, 10.0), (24, 12, 7, 0.3)):
        x = RANDOM.normal(size=(rows, left))
        if left == right:
            turned = np.linalg.qr(RANDOM.normal(size=(left, left)))[0]
            y = 2 * x @ turned + noise * RANDOM.normal(size=(rows, right)) + 0.5
        else:
            y = x @ RANDOM.normal(size=(left, right)) + noise * RANDOM.normal(size=(rows, right))
        case = {
            "x": x.tolist(),
            "y": y.tolist(),
            "cka": cka(x, y),
            "unbiasedCKA": unbiased_cka(x, y),
            "neighbours3": mutual_neighbours(x, y, 3),
            "neighbours7": mutual_neighbours(x, y, min(7, rows - 1)),
        }
        if left == right:
            sigma, mmd = discrepancy(x, y)
            case["procrustes"] = procrustes(x, y)[2]
            case["energy"] = 2 * cdist(x, y).mean() - cdist(x, x).mean() - cdist(y, y).mean()
            case["bandwidth"] = sigma
            case["meanDiscrepancy"] = mmd
        yield case


def edit_distance(a, b):
    row = np.arange(len(b) + 1)
    for i, left in enumerate(a, 1):
        previous, row = row, np.full(len(b) + 1, i)
        for j, right in enumerate(b, 1):
            row[j] = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (left != right))
    return int(row[-1])


def texts():
    for length, alphabet in ((0, 2), (5, 2), (63, 3), (64, 4), (65, 4), (130, 5), (300, 20)):
        for edits in (0, 1, 10, None):
            a = RANDOM.integers(97, 97 + alphabet, length).tolist()
            b = list(a)
            if edits is None:
                b = RANDOM.integers(97, 97 + alphabet, length // 2 + 3).tolist()
            for _ in range(edits or 0):
                place = int(RANDOM.integers(0, len(b) + 1))
                kind = int(RANDOM.integers(0, 3))
                letter = [int(RANDOM.integers(97, 97 + alphabet))]
                b[place : place + (kind > 0)] = [] if kind == 1 else letter
            yield {"a": bytes(a).decode(), "b": bytes(b).decode(), "edits": edit_distance(a, b)}


def main():
    cases = {
        "distributions": list(distributions()),
        "vectors": list(vectors()),
        "samples": list(samples()),
        "clouds": list(clouds()),
        "texts": list(texts()),
    }
    text = json.dumps(cases, indent=1, allow_nan=False, default=float)
    (HERE / "comparators.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
