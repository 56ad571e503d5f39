"""Processor time per request of Teal beside other people's servers: proxying, proxying with every request mirrored, and
a model in the process. One worker thread each, the same backend and requests, in turns."""

import contextlib
import json
import statistics
import subprocess
import time

import http_cost
import servers
from admin import Admin
from servers import Placement, on_cores
from shadow import build_client
from rivals.envoy import Envoy
from rivals.mlserver import MLServer
from rivals.nginx import Backend, NginxProxy
from rivals.remote import RemoteTeal
from rivals.triton import Triton
from workloads import workloads

CONNECTIONS = (1, 32, 256)
# Requests per second with mirroring: what each server can mirror all of. A saturated Teal mirrors less, by design.
MIRRORED_RATE = 2_000
# The last answers are mirrored and compared by then.
SETTLE_SECONDS = 0.3
# rows -> rival -> the highest ratio of Teal's processor time to the rival's that is aimed at
BARS = {
    "proxy": {"nginx": 1.0, "envoy": 0.4},
    "mirror": {"nginx": 0.6, "envoy": 0.4},
    "in-process json": {"triton": 0.2},
    "in-process binary": {"triton": 0.2},
}


class InProcess(servers.Teal):
    """Teal with the bundled models in its own process."""

    def __init__(self):
        super().__init__("--threads", "1", environment={"TEAL_HTTP_REQUESTS_PER_CONNECTION": str(10**9)})

    def start(self):
        super().start()
        with Admin(self.admin) as admin:
            admin.mirror_nothing()


class Rows:
    """Servers that answer the same requests, one row each. Those that cannot be had are rows that say why."""

    def __init__(self, name, load, candidates, stack, backends=()):
        self.name, self.load, self.backends = name, load, backends
        self.servers, self.missing = [], {}
        for server in candidates:
            try:
                stack.enter_context(server)
                load.sample(server.address)
                self.servers.append(server)
            except (OSError, RuntimeError, subprocess.TimeoutExpired) as reason:
                self.missing[server.name] = str(reason)
                print(f"{name}: no {server.name}: {reason}", flush=True)

    def measure(self, connections, rounds, seconds):
        requests = self.load.write()
        for server in self.servers:
            http_cost.run(server, requests, connections, http_cost.WARM_UP_SECONDS)
        runs = {server.name: [] for server in self.servers}
        for index in range(rounds):
            # Who goes first changes each round, so that a drift of the machine favours nobody.
            first = index % max(1, len(self.servers))
            for server in self.servers[first:] + self.servers[:first]:
                runs[server.name].append(self.run(server, requests, connections, seconds))
        cell = {"rows": self.name, "connections": connections, "missing": self.missing}
        cell["servers"] = {name: summary(of_one) for name, of_one in runs.items()}
        cell["ratios"] = ratios(runs)
        cell["bars"] = {
            rival: {"at_most": BARS[self.name][rival], "met": ratio["median"] <= BARS[self.name][rival]}
            for rival, ratio in cell["ratios"].items() if rival in BARS[self.name]
        }
        show(cell)
        return cell

    def run(self, server, requests, connections, seconds):
        if not self.backends:
            return http_cost.run(server, requests, connections, seconds)
        before, cpu = self.counts(server), server.cpu_seconds()
        result = run_at_rate(server, requests, MIRRORED_RATE, connections, seconds)
        time.sleep(SETTLE_SECONDS)
        result["cpu_us_per_request"] = (server.cpu_seconds() - cpu) / result["requests"] * 1e6
        live, mirrored, paired = (now - then for now, then in zip(self.counts(server), before))
        return result | {"mirrored": mirrored / live, "paired": paired / live}

    def counts(self, server):
        """Requests the live backend and the candidate have had, and pairs compared; only Teal makes any."""
        paired = server.pair_count() if isinstance(server, RemoteTeal) else 0
        return *(backend.request_count() for backend in self.backends), paired


def run_at_rate(server, requests, rate, connections, seconds):
    port = server.address.rsplit(":", 1)[1]
    output = subprocess.run(
        [build_client(), port, requests, str(rate), str(connections), str(seconds)], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, text=True, check=True, timeout=seconds + 60, preexec_fn=on_cores(Placement.client),
    ).stdout
    result = json.loads(output)
    return {
        "requests": result["answered"], "failed": result["failed"], "requests_per_second": result["rate"],
        "p50_us": result["p50"], "p99_us": result["p99"],
    }


def summary(runs):
    result = http_cost.summary(runs)
    for share in ("mirrored", "paired"):
        if share in runs[0]:
            result[share] = statistics.median(run[share] for run in runs)
    return result


def ratios(runs):
    """Of Teal's processor time to each rival's, taken within each round."""
    result = {}
    for rival in runs.keys() - {"teal"} if "teal" in runs else ():
        pairs = zip(runs["teal"], runs[rival])
        each = [ours["cpu_us_per_request"] / theirs["cpu_us_per_request"] for ours, theirs in pairs]
        result[rival] = {"median": statistics.median(each), "min": min(each), "max": max(each)}
    return result


HEADER = (
    f"{'rows':<18}{'conns':>6}  {'server':<9}{'cpu us/req':>11}{'min-max':>16}{'req/s':>9}{'p50 us':>9}{'p99 us':>9}"
    f"{'failed':>8}{'mirrored':>10}  teal's ratio to it (min-max)"
)


def show(cell):
    for name, row in cell["servers"].items():
        cpu = row["cpu_us_per_request"]
        spread = f"{cpu['min']:.2f}-{cpu['max']:.2f}"
        mirrored = f"{row['mirrored']:.1%}" if "mirrored" in row else ""
        line = (
            f"{cell['rows']:<18}{cell['connections']:>6}  {name:<9}{cpu['median']:>11.2f}{spread:>16}"
            f"{row['requests_per_second']:>9.0f}{row['p50_us']:>9.0f}{row['p99_us']:>9.0f}{row['failed']:>8}"
            f"{mirrored:>10}"
        )
        if ratio := cell["ratios"].get(name):
            line += f"  {ratio['median']:.2f} ({ratio['min']:.2f}-{ratio['max']:.2f})"
        if bar := cell["bars"].get(name):
            line += f", at most {bar['at_most']} is {'met' if bar['met'] else 'MISSED'}"
        if row.get("paired"):
            line += f"  {row['paired']:.1%} compared"
        print(line, flush=True)


def measure(names, rounds, seconds):
    json_load, binary_load = workloads()[:2]
    cells = []
    with Backend(0.91) as live, Backend(0.88) as candidate:
        both = live, candidate
        rows = {
            "proxy": (json_load, lambda: (NginxProxy(live), Envoy(live), RemoteTeal(live)), ()),
            "mirror": (json_load, lambda: (NginxProxy(*both), Envoy(*both), RemoteTeal(*both)), both),
            "in-process json": (json_load, lambda: (Triton(), MLServer(), InProcess()), ()),
            # MLServer's REST front takes JSON only.
            "in-process binary": (binary_load, lambda: (Triton(), InProcess()), ()),
        }
        for name in names:
            load, candidates, backends = rows[name]
            with contextlib.ExitStack() as stack:
                row = Rows(name, load, candidates(), stack, backends)
                cells += [row.measure(count, rounds, seconds) for count in CONNECTIONS]
    return cells
