"""Promote and roll back under load, as fast as the admin API acknowledges: nothing may fail."""

import signal
import statistics
import time

import servers
from admin import Admin
from workloads import finish_wrk, start_wrk, workloads

CONNECTIONS = 16
MAX_SECONDS = 300


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def figures(values):
    return {"median": statistics.median(values), "p99": percentile(values, 0.99), "max": max(values)}


def flip(admin, count, deadline):
    """Flips `count` times; returns what the gateway and what the caller measured, in microseconds."""
    cutover, acknowledged = [], []
    for index in range(count):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{index} of {count} flips in {MAX_SECONDS} s")
        started = time.perf_counter()
        if index % 2 == 0:
            reply = admin.post("digits/promote", force=True, reason="benchmark")
        else:
            reply = admin.post("digits/rollback", reason="benchmark")
        acknowledged.append((time.perf_counter() - started) * 1e6)
        cutover.append(reply["cutoverMicroseconds"])
        expected = "green" if index % 2 == 0 else "blue"
        if reply["status"]["live"] != expected:
            raise RuntimeError(f"flip {index}: {reply['status']['live']} is live, not {expected}")
    return cutover, acknowledged


def measure(flips=1000):
    load = workloads()[0]
    with servers.Teal() as teal, Admin(teal.admin) as admin:
        wrk = start_wrk(teal.address, load.write(), CONNECTIONS, MAX_SECONDS, script="slots.lua")
        started = time.monotonic()
        try:
            time.sleep(1)
            cutover, acknowledged = flip(admin, flips, started + MAX_SECONDS - 10)
        finally:
            # wrk prints its report when it is interrupted.
            wrk.send_signal(signal.SIGINT)
            traffic = finish_wrk(wrk, within=30)
    result = {
        "flips": flips,
        "connections": CONNECTIONS,
        "traffic": traffic,
        "cutover_us": figures(cutover),
        "acknowledged_us": figures(acknowledged),
    }
    print(
        f"{flips} flips under load: {traffic['requests']} requests, {traffic['failed']} failed; "
        f"answers by blue {traffic['blue']}, by green {traffic['green']}, by neither {traffic['unnamed']}"
    )
    for name in ("cutover_us", "acknowledged_us"):
        row = result[name]
        print(f"{name}: median {row['median']:.0f}, p99 {row['p99']:.0f}, max {row['max']:.0f}", flush=True)
    return result
