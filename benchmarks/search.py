"""Does live traffic feel that people search? One gateway whose kept pairs are searched over 100 connections, each with
the next search as soon as the last is answered, in every third run; and what keeping vectors takes. In another third a
process that has nothing to do with Teal spins at the same lowest priority on the gateway's core: what a core that is
never idle costs on this machine, whatever keeps it busy."""

import contextlib
import itertools
import json
import random
import subprocess
import time

import servers
from admin import Admin
from servers import CORES, WORK, Placement, on_cores
from shadow import Comparison, build_client
from workloads import heldout, workloads

MODEL = "sentiment"
SEARCHES = 100
# Distinct questions: the sentence model has seen what they find.
QUESTIONS = 20
CONNECTIONS = 16
# Distinct requests that are kept: pairs of held-out sentences.
KEPT = 10_000
FILL_RATE = 500
INDEX_SECONDS = 600
SEED = 1


def texts():
    sentences = [request["inputs"][0]["data"][0] for request in heldout(MODEL)]
    pairs = list(itertools.permutations(sentences, 2))
    return [" ".join(pair) for pair in random.Random(SEED).sample(pairs, KEPT)]


def write(name, path, bodies):
    """A file of requests for open_loop."""
    file = WORK / f"{name}.requests"
    with open(file, "wb") as output:
        for body in bodies:
            content = json.dumps(body).encode()
            request = (
                f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(content)}\r\n\r\n"
            ).encode() + content
            output.write(b"%d\n%s" % (len(request), request))
    return file


class Bench:
    def __init__(self, program, teal, admin):
        self.program, self.teal, self.admin = program, teal, admin
        self.port = teal.address.rsplit(":", 1)[1]
        self.admin_port = teal.admin.rsplit(":", 1)[1]
        self.live = next(load for load in workloads() if load.name == "sentiment-json").write()
        self.questions = [request["inputs"][0]["data"][0] for request in heldout(MODEL)][:QUESTIONS]
        path = f"/admin/v1/models/{MODEL}/search"
        self.searches = write("searches", path, [{"text": text} for text in self.questions])

    def load(self, port, requests, rate, connections, seconds):
        # The client ends by itself.
        return subprocess.Popen(
            [self.program, port, requests, str(rate), str(connections), str(seconds)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, preexec_fn=on_cores(Placement.client),
        )

    def finished(self, client, seconds):
        output, _ = client.communicate(timeout=seconds + 60)
        result = json.loads(output)
        if result["failed"]:
            raise RuntimeError(f"requests failed: {output}")
        return result

    def fill(self):
        """Mirrors the distinct requests and waits until all of their pairs can be searched; what that takes."""
        before = self.teal.resident_bytes()
        requests = write("fill", f"/v2/models/{MODEL}/infer", [
            {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [text]}]} for text in texts()
        ])
        self.admin.post(f"{MODEL}/traffic", shadow=1)
        started, cpu = time.monotonic(), self.teal.cpu_seconds()
        seconds = KEPT / FILL_RATE
        self.finished(self.load(self.port, requests, FILL_RATE, CONNECTIONS, seconds), seconds)
        self.admin.post(f"{MODEL}/traffic", shadow=0)
        paired = self.admin.get(f"{MODEL}/trial")["coverage"]["counts"]["paired"]
        while True:
            found = self.admin.post(f"{MODEL}/search", text="not good", limit=1)
            if found["indexed"] >= 0.99 * paired and found["backlog"] == 0:
                break
            if time.monotonic() - started > INDEX_SECONDS:
                raise RuntimeError(f"only {found['indexed']} of {paired} pairs can be searched")
            time.sleep(0.5)
        for text in self.questions:
            self.admin.post(f"{MODEL}/search", text=text)
        return {
            "pairs": found["indexed"], "seconds": time.monotonic() - started,
            "cpu_seconds": self.teal.cpu_seconds() - cpu, "resident_growth": self.teal.resident_bytes() - before,
        }

    @contextlib.contextmanager
    def beside(self, arm, seconds):
        """Longer than the measured run, which is inside it. Both clients end by themselves."""
        if arm == "idle":
            yield None
        elif arm == "searched":
            searching = self.load(self.admin_port, self.searches, 0, SEARCHES, seconds + 1)
            time.sleep(0.5)
            yield searching
        else:
            spinning = subprocess.Popen(
                ["timeout", str(seconds + 60), "chrt", "--idle", "0", "sh", "-c", "while :; do :; done"],
                preexec_fn=on_cores(Placement.server),
            )
            time.sleep(0.5)
            try:
                yield None
            finally:
                spinning.terminate()
                spinning.wait()

    def run(self, arm, rate, seconds):
        with self.beside(arm, seconds) as searching:
            cpu = self.teal.cpu_seconds()
            result = self.finished(self.load(self.port, self.live, rate, CONNECTIONS, seconds), seconds)
            result["cpu_us"] = (self.teal.cpu_seconds() - cpu) / result["answered"] * 1e6
        result["searches"] = self.finished(searching, seconds) if searching else None
        return result

    def compare(self, rate, rounds, seconds):
        """Of searches with none, of the spinning process with none, and of searches with that process."""
        arms = ["idle", "searched", "spinning"]
        runs = []
        for _ in range(rounds):
            runs.append({arm: self.run(arm, rate, seconds) for arm in arms})
            arms = arms[1:] + arms[:1]
        return {
            name: Comparison([(run[on], run[off]) for run in runs], seconds)
            for name, on, off in (
                ("searches", "searched", "idle"),
                ("spinning", "spinning", "idle"),
                ("searches_spinning", "searched", "spinning"),
            )
        }


def figures(comparisons):
    results = {name: one.ratios(("rate", "p50", "p90", "p99", "p999", "cpu_us")) for name, one in comparisons.items()}
    searches = [on["searches"] for on, _ in comparisons["searches"].pairs]
    results["searches_per_second"] = sum(one["rate"] for one in searches) / len(searches)
    results["search_p50_us"] = sorted(one["p50"] for one in searches)[len(searches) // 2]
    return results


def show(name, row):
    def text(comparison, key):
        figure = row[comparison][key]
        return f"{figure['ratio']:.2f} ({figure['low']:.2f}-{figure['high']:.2f})"

    off = row["searches"]
    print(
        f"{name:32} alone p50 {off['p50']['off']:.0f} us, p99 {off['p99']['off']:.0f} us; searches to alone p50 "
        f"{text('searches', 'p50')}, p99 {text('searches', 'p99')}; spinning to alone p99 {text('spinning', 'p99')}; "
        f"searches to spinning p99 {text('searches_spinning', 'p99')}; {row['searches_per_second']:.0f} searches/s",
        flush=True,
    )


def measure_placed(program, threads, rounds, seconds):
    environment = {"TEAL_HTTP_REQUESTS_PER_CONNECTION": str(10**9)}
    with servers.Teal("--threads", threads, environment=environment) as teal, Admin(teal.admin) as admin:
        bench = Bench(program, teal, admin)
        results = {"index": bench.fill()}
        kept = results["index"]
        print(
            f"{kept['pairs']} pairs searchable after {kept['seconds']:.0f} s and {kept['cpu_seconds']:.0f} s of processor "
            f"time, resident memory {kept['resident_growth'] / 1e6:+.0f} MB", flush=True,
        )
        saturated = bench.run("idle", 0, seconds)["rate"]
        for share in (0.25, 0.5):
            name = f"{MODEL}-json, {share:.0%} of {saturated:.0f}/s"
            results[name] = figures(bench.compare(share * saturated, rounds, seconds))
            show(name, results[name])
    return results


def measure(rounds, seconds):
    """With a core for the gateway and one for the clients, as if they were on another machine; then all on all cores."""
    program = build_client()
    placement = Placement.server, Placement.client
    Placement.pin()
    print("gateway and clients on cores of their own, one event loop")
    results = {"apart": measure_placed(program, "1", rounds, seconds)}
    Placement.server, Placement.client = CORES, CORES
    print("gateway and clients on the same cores, an event loop for each")
    results["together"] = measure_placed(program, str(len(CORES)), rounds, seconds)
    Placement.server, Placement.client = placement
    return results
