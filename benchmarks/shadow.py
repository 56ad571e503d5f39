"""Does live traffic feel that it is mirrored? One gateway, the share of mirrored requests switched between 0 and 100 %
from run to run, first one then the other first."""

import json
import statistics
import subprocess
import time

import servers
from admin import Admin
from servers import CORES, ROOT, WORK, Placement, on_cores
from workloads import workloads

CONNECTIONS = 16
# A pair of a request that is answered by then has been made.
SETTLE_SECONDS = 0.3
CAPTURE_RATE = 5_500


def build_client():
    program = WORK / "open_loop"
    WORK.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cc", "-O2", "-o", program, ROOT / "benchmarks" / "open_loop.c"], check=True)
    return program


class Bench:
    def __init__(self, program, teal, admin, load):
        self.program, self.teal, self.admin = program, teal, admin
        self.model = load.path.split("/")[3]
        self.requests = load.write()
        self.port = teal.address.rsplit(":", 1)[1]

    def counts(self):
        status = self.admin.get(f"{self.model}/trial")["coverage"]["counts"]
        return status["sampled"], status["paired"]

    def run(self, mirrored, rate, seconds):
        self.admin.post(f"{self.model}/traffic", shadow=1 if mirrored else 0)
        sampled, paired = self.counts()
        cpu = self.teal.cpu_seconds()
        # 0 stands for as fast as answers come. The client ends by itself.
        output = subprocess.run(
            [self.program, self.port, self.requests, str(rate), str(CONNECTIONS), str(seconds)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True, timeout=seconds + 30,
            preexec_fn=on_cores(Placement.client),
        ).stdout
        result = json.loads(output)
        if result["failed"] or result["answered"] != result["sent"]:
            raise RuntimeError(f"live requests failed: {output}")
        time.sleep(SETTLE_SECONDS)
        after = self.counts()
        result["cpu_us"] = (self.teal.cpu_seconds() - cpu) / result["answered"] * 1e6
        result["sampled"], result["paired"] = after[0] - sampled, after[1] - paired
        return result

    def compare(self, rate, rounds, seconds):
        """Runs with and without mirroring, interleaved, and the median of the ratios within each round."""
        pairs = []
        for index in range(rounds):
            order = (True, False) if index % 2 else (False, True)
            runs = {mirrored: self.run(mirrored, rate, seconds) for mirrored in order}
            pairs.append((runs[True], runs[False]))
        return Comparison(pairs, seconds)


class Comparison:
    def __init__(self, pairs, seconds):
        self.pairs, self.seconds = pairs, seconds

    def median(self, key, is_on):
        return statistics.median(pair[0 if is_on else 1][key] for pair in self.pairs)

    def ratios(self, keys):
        """Medians of both kinds of run, and median and spread of the ratios within each round."""
        result = {}
        for key in keys:
            ratios = sorted(on[key] / off[key] for on, off in self.pairs)
            result[key] = {
                "on": self.median(key, True), "off": self.median(key, False), "ratio": statistics.median(ratios),
                "low": ratios[0], "high": ratios[-1],
            }
        return result

    def figures(self):
        sampled = sum(on["sampled"] for on, _ in self.pairs)
        return {
            "rounds": len(self.pairs),
            "mirrored_share": sum(on["paired"] for on, _ in self.pairs) / max(1, sampled),
            "pairs_per_second": sum(on["paired"] for on, _ in self.pairs) / (self.seconds * len(self.pairs)),
        } | self.ratios(("rate", "p50", "p90", "p99", "p999", "cpu_us"))


def show(name, figures):
    print(
        f"{name:34} p50 {figures['p50']['on']:7.0f} / {figures['p50']['off']:7.0f} us = {figures['p50']['ratio']:.3f}   "
        f"p99 {figures['p99']['on']:7.0f} / {figures['p99']['off']:7.0f} us = {figures['p99']['ratio']:.3f} "
        f"({figures['p99']['low']:.2f}-{figures['p99']['high']:.2f})   rate {figures['rate']['ratio']:.3f}   "
        f"{figures['pairs_per_second']:6.0f} pairs/s, {figures['mirrored_share'] * 100:3.0f} % of the sampled",
        flush=True,
    )


def measure_placed(program, threads, rounds, seconds):
    results = {}
    environment = {"TEAL_HTTP_REQUESTS_PER_CONNECTION": str(10**9)}
    for load in workloads():
        if load.name not in ("digits-json", "sentiment-json"):
            continue
        with servers.Teal("--threads", threads, environment=environment) as teal, Admin(teal.admin) as admin:
            bench = Bench(program, teal, admin, load)
            bench.run(True, 0, 2)
            saturated = bench.compare(0, rounds, seconds)
            half = saturated.median("rate", False) / 2
            rows = {
                "saturation": saturated,
                f"half of it, {half:.0f}/s": bench.compare(half, rounds, seconds),
                f"{CAPTURE_RATE}/s": bench.compare(CAPTURE_RATE, rounds, seconds),
            }
            for name, comparison in rows.items():
                figures = comparison.figures()
                results[f"{load.name}, {name}"] = figures
                show(f"{load.name}, {name}", figures)
    return results


def measure(rounds, seconds):
    """With a core for the gateway and one for the clients, as if they were on another machine; then all on all cores."""
    program = build_client()
    placement = Placement.server, Placement.client
    Placement.pin()
    print("gateway and clients on cores of their own, one event loop; with / without mirroring")
    results = {"apart": measure_placed(program, "1", rounds, seconds)}
    Placement.server, Placement.client = CORES, CORES
    print("gateway and clients on the same cores, an event loop for each; with / without mirroring")
    results["together"] = measure_placed(program, str(len(CORES)), rounds, seconds)
    Placement.server, Placement.client = placement
    return results
