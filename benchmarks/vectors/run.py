#!/usr/bin/env python3
"""Compares Teal's vector index with FAISS, hnswlib and usearch on real embeddings, one thread each, in turns: recall@10
against exact search, time from raw vectors to searchable, time of one query, filters, memory.

    make vectors VECTORS="--output benchmarks/results/vectors.json"
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import time

import faiss
import hnswlib
import numpy as np
from usearch.index import Index as UsearchIndex

import embeddings
from embeddings import ROOT, WORK

K = 10
SHARES = (0.1, 0.01, 0.001)


class Teal:
    """The benchmark's process, by lines."""

    def __init__(self, program, base, queries):
        for name, rows in (("base", base), ("queries", queries)):
            rows.astype("<f4").tofile(WORK / f"{name}.f32")
        command = [program, WORK / "base.f32", str(base.shape[1]), WORK / "queries.f32"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"VectorsBenchmark ended with {self.process.wait()}")
        return json.loads(line)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.answer()

    def search(self):
        answer = self.ask("search")
        return answer["seconds"], answer["found"]


def timed(search, queries):
    """Seconds and neighbours of each query, one call each."""
    seconds, found = [], []
    for query in queries:
        start = time.perf_counter()
        neighbours = search(query[None, :])
        seconds.append(time.perf_counter() - start)
        found.append(np.asarray(neighbours).ravel().tolist())
    return seconds, found


def recall(found, exact):
    """Share of the exact neighbours that were found; a row that does not exist counts as not found."""
    return float(np.mean([len(set(row[:K]) & set(best)) / len(best) for row, best in zip(found, exact)]))


def exact_neighbours(base, queries, rows=None):
    index = faiss.IndexFlatIP(base.shape[1])
    index.add(base if rows is None else base[rows])
    found = index.search(queries, min(K, index.ntotal))[1]
    return (found if rows is None else rows[found]).tolist()


def smallest(values, reaches):
    """The first value with enough recall, and that recall. When none has, since codes lose some neighbours whatever the
    effort, the first that comes within .001 of the best."""
    reached = []
    for value in values:
        reached.append(reaches(value))
        if reached[-1] >= 0.99:
            return value, reached[-1]
    place = next(place for place, recall in enumerate(reached) if recall >= max(reached) - 0.001)
    reaches(values[place])
    return values[place], reached[place]


class Rivals:
    """Built once each, set to the smallest effort with recall >= .99, or as near as it gets."""

    def __init__(self, base, queries, exact):
        self.queries, self.searches, self.results = queries, {}, {}
        self.faiss(base, exact)
        self.hnswlib(base, exact)
        self.usearch(base, exact)

    def keep(self, name, search, seconds, size, effort, reached):
        self.searches[name] = search
        self.results[name] = {"build_seconds": seconds, "bytes": size, "effort": effort, "recall": reached}
        print(f"{name}: built in {seconds:.1f} s, recall {reached:.4f} with {effort}", flush=True)

    def faiss(self, base, exact):
        start = time.perf_counter()
        index = faiss.index_factory(base.shape[1], "IVF512,SQ8", faiss.METRIC_INNER_PRODUCT)
        index.train(base)
        index.add(base)
        seconds = time.perf_counter() - start
        search = lambda query: index.search(query, K)[1]

        def reaches(probes):
            index.nprobe = probes
            return recall(timed(search, self.queries)[1], exact)

        probes, reached = smallest([4, 8, 16, 24, 32, 48, 64, 96, 128, 160, 192, 224, 256, 288, 320, 384, 512], reaches)
        self.keep("FAISS IVF512,SQ8", search, seconds, faiss.serialize_index(index).nbytes, f"nprobe {probes}", reached)

    def hnswlib(self, base, exact):
        start = time.perf_counter()
        index = hnswlib.Index(space="cosine", dim=base.shape[1])
        index.init_index(max_elements=len(base), M=16, ef_construction=100, random_seed=1)
        index.set_num_threads(1)
        index.add_items(base, num_threads=1)
        seconds = time.perf_counter() - start
        search = lambda query: index.knn_query(query, k=K, num_threads=1)[0]

        def reaches(effort):
            index.set_ef(effort)
            return recall(timed(search, self.queries)[1], exact)

        effort, reached = smallest([20, 40, 60, 80, 100, 150, 200, 300, 400, 600, 800], reaches)
        self.keep("hnswlib M16 efC100", search, seconds, index.index_file_size(), f"ef {effort}", reached)

    def usearch(self, base, exact):
        start = time.perf_counter()
        index = UsearchIndex(ndim=base.shape[1], metric="cos", dtype="i8", connectivity=16, expansion_add=100)
        index.add(np.arange(len(base)), base, threads=1)
        seconds = time.perf_counter() - start
        search = lambda query: index.search(query[0], K, threads=1).keys

        def reaches(effort):
            index.expansion_search = effort
            return recall(timed(search, self.queries)[1], exact)

        effort, reached = smallest([20, 40, 80, 120, 200, 300, 400, 800], reaches)
        self.keep("usearch i8 M16", search, seconds, index.memory_usage, f"expansion {effort}", reached)


def milliseconds(rounds):
    """Of one query: the median over the rounds of a round's median, and the 99th percentile of all."""
    medians = [float(np.median(round)) * 1e3 for round in rounds]
    return {"median_ms": float(np.median(medians)), "p99_ms": float(np.percentile(np.concatenate(rounds), 99)) * 1e3,
            "rounds_ms": medians}


def filtered(teal, base, queries, rounds):
    results = {}
    for share in SHARES:
        chance = np.random.default_rng(int(share * 1000))
        rows = np.sort(chance.choice(len(base), round(share * len(base)), replace=False)).astype("<u4")
        rows.tofile(WORK / "allowed.u32")
        exact = exact_neighbours(base, queries, rows.astype(np.int64))
        teal.ask(f"allow {WORK / 'allowed.u32'}")
        runs = [teal.search() for _ in range(rounds)]
        allowed = set(rows.tolist())
        found = runs[0][1]
        results[f"{share:.1%}"] = {
            "recall": recall(found, exact), "fewest": min(len(set(row) & allowed) for row in found),
            "only_allowed": all(set(row) <= allowed for row in found), **milliseconds([run[0] for run in runs])}
    teal.ask("allow")
    return results


def judged(results):
    teal, rivals = results["teal"], results["rivals"]
    build = rivals["hnswlib M16 efC100"]["build_seconds"]
    faiss_query = rivals["FAISS IVF512,SQ8"]["median_ms"]
    bars = {
        "recall@10 >= .99": teal["recall"] >= 0.99,
        "searchable in a tenth of hnswlib's time": teal["seconds"] <= build / 10,
        "query no slower than FAISS IVF512,SQ8": teal["median_ms"] <= faiss_query,
    }
    for share, row in results["filtered"].items():
        bars[f"filter {share}: {K} results, recall >= .99"] = (
            row["fewest"] == K and row["only_allowed"] and row["recall"] >= 0.99)
    return bars


def table(results):
    count = results["count"]
    print(f"\n{'index':22} {'build s':>8} {'B/vector':>9} {'recall':>7} {'median ms':>10} {'p99 ms':>7}  effort")
    rows = [("Teal", {**results["teal"], "build_seconds": results["teal"]["seconds"], "effort": "calibrated"})]
    for name, row in rows + list(results["rivals"].items()):
        print(f"{name:22} {row['build_seconds']:8.2f} {row['bytes'] / count:9.0f} {row['recall']:7.4f}"
              f" {row['median_ms']:10.3f} {row['p99_ms']:7.3f}  {row['effort']}")
    for share, row in results["filtered"].items():
        print(f"Teal, filter {share:9} {'':8} {'':9} {row['recall']:7.4f} {row['median_ms']:10.3f} {row['p99_ms']:7.3f}"
              f"  at least {row['fewest']} results")
    for bar, is_met in results["bars"].items():
        print(f"{'met   ' if is_met else 'MISSED'} {bar}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / ".build" / "release" / "VectorsBenchmark")
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=pathlib.Path)
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    base, queries = embeddings.collection(options.count, options.queries)
    exact = exact_neighbours(base, queries)
    teal = Teal(options.program, base, queries)
    builds = [teal.ask("build")]
    print(f"Teal: built in {builds[0]['seconds']:.2f} s", flush=True)
    rivals = Rivals(base, queries, exact)
    builds += [teal.ask("build") for _ in range(2)]
    times = {name: [] for name in ("Teal", *rivals.searches)}
    for _ in range(options.rounds):
        seconds, found = teal.search()
        times["Teal"].append(seconds)
        for name, search in rivals.searches.items():
            times[name].append(timed(search, queries)[0])
    build = sorted(builds, key=lambda build: build["seconds"])[1]
    folder = WORK / "saved"
    shutil.rmtree(folder, ignore_errors=True)
    results = {
        "count": len(base), "dimension": base.shape[1], "queries": len(queries),
        "teal": {**build, "recall": recall(found, exact), **milliseconds(times["Teal"])},
        "rivals": {name: {**row, **milliseconds(times[name])} for name, row in rivals.results.items()},
        "filtered": filtered(teal, base, queries, options.rounds),
        "files": teal.ask(f"save {folder}"),
    }
    shutil.rmtree(folder, ignore_errors=True)
    results["bars"] = judged(results)
    table(results)
    if options.output:
        options.output.write_text(json.dumps(results, indent=1) + "\n")
    return 0 if all(results["bars"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())
