"""Processor time per request of Teal beside NGINX: the same requests, in turn, answers of equal size."""

import statistics

import servers
from admin import Admin
from workloads import finish_wrk, start_wrk, workloads

WARM_UP_SECONDS = 1


def run(server, requests, connections, seconds):
    before = server.cpu_seconds()
    result = finish_wrk(start_wrk(server.address, requests, connections, seconds), within=seconds + 30)
    cpu = server.cpu_seconds() - before
    if result["requests"] == 0:
        raise RuntimeError(f"{server.name} answered nothing: {result}")
    result["cpu_us_per_request"] = cpu / result["requests"] * 1e6
    result["requests_per_second"] = result["requests"] / result["seconds"]
    return result


def summary(runs):
    cpu = [run["cpu_us_per_request"] for run in runs]
    return {
        "cpu_us_per_request": {"median": statistics.median(cpu), "min": min(cpu), "max": max(cpu)},
        "requests_per_second": statistics.median(run["requests_per_second"] for run in runs),
        "p50_us": statistics.median(run["p50_us"] for run in runs),
        "p99_us": statistics.median(run["p99_us"] for run in runs),
        "failed": sum(run["failed"] for run in runs),
        "runs": runs,
    }


def measure(connections, rounds, seconds):
    cells = []
    with servers.Teal("--threads", "1") as teal, Admin(teal.admin) as admin:
        admin.mirror_nothing()
        for load in workloads():
            with servers.Nginx(*load.sample(teal.address)) as nginx:
                cells += [measure_cell(teal, nginx, load, count, rounds, seconds) for count in connections]
        return {"ready_ms": teal.start_seconds * 1000, "cells": cells}


def measure_cell(teal, nginx, load, connections, rounds, seconds):
    requests = load.write()
    for server in (nginx, teal):
        run(server, requests, connections, WARM_UP_SECONDS)
    runs = {teal: [], nginx: []}
    for index in range(rounds):
        # Who goes first changes each round, so that a drift of the machine favours neither.
        for server in (nginx, teal) if index % 2 == 0 else (teal, nginx):
            runs[server].append(run(server, requests, connections, seconds))
    pairs = zip(runs[teal], runs[nginx])
    ratios = [ours["cpu_us_per_request"] / theirs["cpu_us_per_request"] for ours, theirs in pairs]
    cell = {
        "workload": load.name,
        "connections": connections,
        "teal": summary(runs[teal]),
        "nginx": summary(runs[nginx]),
        "ratio": {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)},
    }
    print_cell(cell)
    return cell


HEADER = (
    f"{'workload':<15}{'conns':>6}  {'server':<6}{'cpu us/req':>11}{'min-max':>14}{'req/s':>9}{'p50 us':>9}"
    f"{'p99 us':>9}{'failed':>8}  ratio to nginx (min-max)"
)


def print_cell(cell):
    for name in ("nginx", "teal"):
        row = cell[name]
        cpu = row["cpu_us_per_request"]
        ratio = cell["ratio"]
        paired = f"  {ratio['median']:.2f} ({ratio['min']:.2f}-{ratio['max']:.2f})" if name == "teal" else ""
        print(
            f"{cell['workload']:<15}{cell['connections']:>6}  {name:<6}{cpu['median']:>11.2f}"
            f"{cpu['min']:>8.2f}-{cpu['max']:<5.2f}{row['requests_per_second']:>9.0f}{row['p50_us']:>9.0f}"
            f"{row['p99_us']:>9.0f}{row['failed']:>8}{paired}",
            flush=True,
        )
