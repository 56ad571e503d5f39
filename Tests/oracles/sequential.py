#!/usr/bin/env python3
"""Writes Tests/ComparisonTests/Fixtures/sequential.json: seeded streams and what ville, scipy, statsmodels and mpmath
make of them.

    scripts/venv.sh oracles Tests/oracles/requirements.txt
    .venv/oracles/bin/python Tests/oracles/sequential.py

Where ville means something else than this project, the project's formula is computed here instead:
* ville.BettingTest bets by the predictable plug-in; the bets for fastest growth (aGRAPA) are `growth_bets` below.
* ville.AsymptoticCS finds its mixture by optimisation; here its boundary gets the closed-form mixture that GrowthBook
  uses. The one-sided form is GrowthBook's, which ville does not have.
* ville.QuantileCS takes the largest variance, 1/4; here it is confseq's beta-binomial mixture, which needs Boost to
  install and is therefore written down again, solved by mpmath.
"""

import json
import pathlib

import mpmath
import numpy as np
import ville
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from ville import _boundaries, evalues

FIXTURES = pathlib.Path(__file__).parent.parent / "ComparisonTests" / "Fixtures"
RANDOM = np.random.default_rng(20261125)
LOOKS = [1, 2, 3, 10, 50, 200, 600]
mpmath.mp.dps = 50


def values():
    """Streams in 0...1, rounded so that the file stays small."""
    size = LOOKS[-1]
    yield RANDOM.uniform(size=size)
    yield RANDOM.beta(0.3, 3, size=size)
    yield RANDOM.choice([0, 0.5, 1], p=[0.03, 0.95, 0.02], size=size)
    yield (RANDOM.uniform(size=size) < 0.02).astype(float)
    yield np.full(size, 0.5)


def growth_bets(stream, margin, less):
    mean, variance, total, deviations, log = 0.5, 0.25, 0.5, 0.25, 0.0
    limit = 0.5 / (1 - margin if less else margin)
    for count, value in enumerate(stream, 1):
        gap = margin - mean if less else mean - margin
        part = min(max(gap / (variance + gap**2), 0), limit)
        log += np.log1p(part * (margin - value if less else value - margin))
        total += value
        mean = total / (count + 1)
        deviations += (value - mean) ** 2
        variance = deviations / (count + 1)
        yield log


def bets(stream):
    at = np.array(LOOKS) - 1
    for margin in (0.1, 0.45, 0.505, 0.55, 0.9):
        for alternative in ("less", "greater"):
            test = ville.BettingTest(margin, alternative=alternative, alpha=0.05).fit(stream)
            growth = np.array(list(growth_bets(stream, margin, alternative == "less")))
            yield {
                "margin": margin,
                "alternative": alternative,
                "plugIn": test.log_e_values_[at].tolist(),
                "growth": growth[at].tolist(),
                "peak": max(0, growth.max()),
            }


def bounded():
    for stream in values():
        stream = np.round(stream, 3)
        sequence = ville.EmpiricalBernsteinCS(alpha=0.05, intersect=False).fit(stream)
        at = np.array(LOOKS) - 1
        yield {
            "values": stream.tolist(),
            "lower": sequence.lower_[at].tolist(),
            "upper": sequence.upper_[at].tolist(),
            "bets": list(bets(stream)),
        }


def mixture(successes, failures, chance, a=1, b=1):
    """ln of the beta-binomial e-value."""
    beta = lambda x, y: mpmath.loggamma(x) + mpmath.loggamma(y) - mpmath.loggamma(x + y)
    evidence = beta(a + successes, b + failures) - beta(a, b)
    return evidence - successes * mpmath.log(chance) - failures * mpmath.log(1 - chance)


def border(low, high, is_beyond):
    low, high = mpmath.mpf(low), mpmath.mpf(high)
    for _ in range(120):
        middle = (low + high) / 2
        low, high = (low, middle) if is_beyond(middle) else (middle, high)
    return high


def rates():
    counts = [(0, 1), (1, 1), (1, 2), (0, 20), (7, 31), (2, 5_000), (4_999, 5_000), (123_456, 10**6)]
    for events, trials in counts + [(3, 10**9), (5 * 10**8, 10**9)]:
        for alpha in (0.05, 0.001):
            rate, threshold = mpmath.mpf(events) / trials, -mpmath.log(alpha)
            evidence = lambda p: mixture(events, trials - events, p)
            lower = border(0, rate, lambda p: evidence(p) < threshold) if events else 0
            upper = border(rate, 1, lambda p: evidence(p) >= threshold) if events < trials else 1
            if trials <= 5_000:
                sequence = ville.BernoulliCS(alpha=alpha, intersect=False)
                theirs = sequence.fit(np.arange(trials) < events).interval()
                assert np.allclose(theirs, [float(lower), float(upper)], rtol=1e-6, atol=1e-12), (theirs, lower, upper)
            yield {
                "events": events,
                "trials": trials,
                "alpha": alpha,
                "lower": float(lower),
                "upper": float(upper),
                "against": 0.3,
                "logE": float(evidence(mpmath.mpf(0.3))),
            }


def widths():
    for count in (200, 500, 1_000, 5_000, 20_000, 10**7):
        for alpha in (0.2, 0.05, 0.00625, 1e-6):
            for expected in (500, 5_000):
                squared = lambda a: (-2 * np.log(a) + np.log(-2 * np.log(a) + 1)) / expected
                rho = np.sqrt(squared(2 * alpha))
                spread = count * rho**2 + 1
                one = np.sqrt(2 * spread / (count * rho) ** 2 * np.log(1 + np.sqrt(spread) / (2 * alpha)))
                yield {
                    "count": count,
                    "alpha": alpha,
                    "expected": expected,
                    "twoSided": _boundaries.normal_mixture(count, alpha, 1 / squared(alpha)) / count,
                    "oneSided": one,
                }


def quantiles():
    for p in (0.5, 0.9, 0.99, 0.999):
        for alpha in (0.05, 0.01):
            for expected in (1_000, 10_000):
                p_, threshold = mpmath.mpf(p), -mpmath.log(alpha)
                variance = p_ * (1 - p_)
                best = variance * expected / (2 * threshold + mpmath.log(1 + 2 * threshold))
                r = max(best - variance, variance / 1000)
                for count in (50, 1_000, 20_000, 10**6):
                    middle = p_ * count
                    beyond = lambda s: mixture(s, count - s, p_, r / (1 - p_), r / p_) >= threshold
                    lower = upper = None
                    if beyond(mpmath.mpf(count)):
                        distance = border(0, count - middle, lambda u: beyond(middle + u))
                        upper = int(mpmath.ceil(middle + distance)) if middle + distance < count else None
                    if beyond(mpmath.mpf(0)):
                        distance = border(0, middle, lambda u: beyond(middle - u))
                        lower = int(mpmath.floor(middle - distance + 1))
                    yield {
                        "quantile": p,
                        "alpha": alpha,
                        "expected": expected,
                        "count": count,
                        "lower": lower if lower is None or lower >= 1 else None,
                        "upper": upper,
                    }


def ratios():
    for proportions in ([0.5, 0.5], [0.1, 0.9], [0.01, 0.19, 0.8], [0.25] * 4):
        for skew in (0, 0.02):
            actual = np.array(proportions) + skew * np.linspace(-0.4, 0.4, len(proportions))
            counts, looks, best = np.zeros(len(proportions), dtype=int), [], mpmath.mpf(0)
            for more in (10, 90, 900, 9_000, 990_000):
                counts = counts + RANDOM.multinomial(more, actual)
                prior = [100 * mpmath.mpf(p) for p in proportions]
                joint = lambda parts: sum(map(mpmath.loggamma, parts)) - mpmath.loggamma(sum(parts))
                log = joint([a + int(n) for a, n in zip(prior, counts)]) - joint(prior)
                log -= sum(int(n) * mpmath.log(p) for n, p in zip(counts, proportions))
                best = max(best, log)
                looks.append({"counts": counts.tolist(), "log": float(log), "p": float(mpmath.exp(-best))})
            yield {"proportions": proportions, "looks": looks}


def families():
    for size in (1, 5, 40):
        for alpha in (0.05, 0.1):
            e = np.exp(RANDOM.normal(1, 2.5, size=size))
            yield {"e": e.tolist(), "alpha": alpha, "rejected": np.flatnonzero(evalues.ebh(e, alpha)).tolist()}


def calibrations():
    for p in (1e-12, 0.001, 0.04, 0.5, 1.0):
        for kappa in (0.1, 0.5, 0.9):
            yield {"p": p, "kappa": kappa, "e": float(evalues.p_to_e(p, kappa))}


def binomials():
    cases = [(0, 1, 0.3), (1, 1, 0.3), (3, 15, 0.5), (7, 10, 0.5), (5, 10, 0.5), (2, 50, 0.1), (11, 50, 0.1)]
    # Equally likely counts on both sides, but for rounding.
    cases += [(0, 2, 1 / 3), (1, 5, 1 / 3), (2, 5, 1 / 3), (2, 8, 1 / 3), (3, 8, 1 / 3)]
    cases += [(1, 9, 0.2), (2, 9, 0.2), (1, 19, 0.1), (2, 19, 0.1)]
    cases += [(0, 100, 0.02), (100, 100, 0.98), (520, 1_000, 0.5), (1_100, 100_000, 0.01), (300_900, 10**6, 0.3)]
    cases += [(5, 10**9, 1e-9), (500_040_000, 10**9, 0.5), (12, 10**6, 1e-6), (500_001_000_000, 10**12, 0.5)]
    for events, trials, chance in cases:
        test = lambda side: stats.binomtest(events, trials, chance, alternative=side)
        interval = test("two-sided").proportion_ci(0.95, method="exact")
        yield {
            "events": events,
            "trials": trials,
            "chance": chance,
            "twoSided": test("two-sided").pvalue,
            "greater": test("greater").pvalue,
            "less": test("less").pvalue,
            "lower": interval.low,
            "upper": interval.high,
        }


def pairs():
    for b, c in ((12, 3), (0, 0), (0, 5), (7, 7), (40, 61), (1_000, 1_100), (0, 2_000)):
        yield {"b": b, "c": c, "p": mcnemar([[10, b], [c, 10]], exact=True).pvalue if b + c else 1.0}


def clouds():
    """Pairs of vectors and the capital of bets on a witness of them, written down again from its description."""
    for shift, equal in ((0, 0.0), (0.2, 0.3)):
        size, d = 150, 3
        live = np.round(RANDOM.normal(size=(size, d)), 3)
        candidate = np.round(live + shift + 0.5 * RANDOM.normal(size=(size, d)), 3)
        candidate = np.where(RANDOM.uniform(size=(size, 1)) < equal, live, candidate)
        differs = (live != candidate).any(axis=1)
        centre, sums, squares = np.zeros(d), np.zeros(2 * d), np.zeros(2 * d)
        usual, stake, curvature, log, seen, logs = 0.0, 0.0, 1.0, 0.0, 0, []
        for b, g in zip(live[differs], candidate[differs]):
            x = np.concatenate([b - g, (b - centre) ** 2 - (g - centre) ** 2])
            deviation = np.sqrt(squares / seen) if seen else np.ones(2 * d)
            score = (sums / max(seen, 1) / deviation) @ np.clip(x / deviation, -5, 5)
            payoff = np.clip(score / (2 * np.sqrt(usual)), -1, 1) if usual > 0 else 0.0
            log += np.log1p(stake * payoff)
            slope = -payoff / (1 + stake * payoff)
            curvature += slope**2
            stake = np.clip(stake - 2 / (2 - np.log(3)) * slope / curvature, -0.5, 0.5)
            seen += 1
            usual += (score**2 - usual) * max(0.02, 1 / seen)
            sums, squares, centre = sums + x, squares + x**2, centre + ((b + g) / 2 - centre) / seen
            logs.append(log)
        yield {"live": live.tolist(), "candidate": candidate.tolist(), "log": log, "peak": max(0, *logs)}


def main():
    cases = {
        "looks": LOOKS,
        "bounded": list(bounded()),
        "rates": list(rates()),
        "widths": list(widths()),
        "quantiles": list(quantiles()),
        "ratios": list(ratios()),
        "families": list(families()),
        "calibrations": list(calibrations()),
        "binomials": list(binomials()),
        "pairs": list(pairs()),
        "clouds": list(clouds()),
    }
    text = json.dumps(cases, allow_nan=False, default=lambda number: number.item())
    (FIXTURES / "sequential.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
