#!/usr/bin/env python3
"""Measures Teal on this machine and writes benchmarks/results/NAME.json. See `run.py --help`; `make bench` runs it."""

import argparse
import json
import time

import cutover
import floor
import http_cost
import machine
import memory
import proxying
import search
import shadow
import start
from servers import ROOT, Placement

PARTS = ("http", "proxy", "floor", "cutover", "memory", "start", "shadow", "search")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default=",".join(PARTS), help="some of %(default)s")
    parser.add_argument("--seconds", type=int, default=3, help="duration of one run (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each server per row (default %(default)s)")
    parser.add_argument("--connections", default="1,32", help="rows per workload (default %(default)s)")
    parser.add_argument("--rows", default=",".join(proxying.BARS), help="of the part proxy: some of %(default)s")
    parser.add_argument("--pin", action="store_true", help="give the server a core of its own and wrk the rest")
    parser.add_argument("--flips", type=int, default=1000, help="cutovers under load (default %(default)s)")
    parser.add_argument("--pairs", type=int, default=10, help="runs with and without mirroring or searches (%(default)s)")
    parser.add_argument("--cycles", type=int, default=100, help="loads and unloads (default %(default)s)")
    parser.add_argument("--name", default=time.strftime("local-%Y%m%d-%H%M%S"), help="of the result file")
    chosen = parser.parse_args()
    chosen.parts = chosen.parts.split(",")
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    chosen.rows = chosen.rows.split(",")
    if unknown := set(chosen.rows) - set(proxying.BARS):
        parser.error(f"unknown rows: {', '.join(sorted(unknown))}")
    chosen.connections = [int(count) for count in chosen.connections.split(",")]
    return chosen


def main():
    chosen = arguments()
    if chosen.pin:
        Placement.pin()
    results = {"machine": machine.describe()}
    if "floor" in chosen.parts:
        results["onnxruntime_us"] = floor.measure()
    if "http" in chosen.parts:
        print(f"\n{http_cost.HEADER}")
        results["http"] = http_cost.measure(chosen.connections, chosen.rounds, chosen.seconds)
    if "proxy" in chosen.parts:
        print(f"\n{proxying.HEADER}")
        results["proxy"] = proxying.measure(chosen.rows, chosen.rounds, chosen.seconds)
    if "cutover" in chosen.parts:
        print()
        results["cutover"] = cutover.measure(chosen.flips)
    if "memory" in chosen.parts:
        print()
        results["memory"] = memory.measure(chosen.cycles)
    if "start" in chosen.parts:
        print()
        results["start"] = start.measure()
    if "shadow" in chosen.parts:
        print()
        results["shadow"] = shadow.measure(chosen.pairs, chosen.seconds)
    if "search" in chosen.parts:
        print()
        results["search"] = search.measure(chosen.pairs, chosen.seconds)
    folder = ROOT / "benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    path = folder / f"{chosen.name}.json"
    path.write_text(json.dumps(results, indent=2) + "\n")
    print(f"\nwritten to {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
