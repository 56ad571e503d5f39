"""Gateways as a browser and an operator see them, with traffic."""

import dataclasses
import json
import subprocess
import time
import urllib.request

from gateway import TEAL, Gateway, heldout

ENOUGH_PAIRS = 600
PAIR_SECONDS = 120


@dataclasses.dataclass
class Site:
    """Where a gateway listens, as URLs; `process` is None when it is somebody else's."""

    admin_url: str
    http_url: str
    process: Gateway | None = None

    def get(self, path):
        with urllib.request.urlopen(self.admin_url + path, timeout=20) as answer:
            return json.load(answer)

    def post(self, path, body):
        head = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.admin_url + path, json.dumps(body).encode(), head)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


class Traffic:
    """Replays a model's held-out requests over and over, until the block is left."""

    def __init__(self, site, model, rate, folder):
        # Each round has ids of its own: the gateway decides by the id whether a request is mirrored.
        self._file = folder / f"{model}.jsonl"
        with open(self._file, "w", encoding="utf-8") as lines:
            for turn in range(200):
                for index, request in enumerate(heldout(model)):
                    lines.write(json.dumps(request | {"id": f"{model}-{turn}-{index}"}) + "\n")
        self._command = [TEAL, "replay", model, self._file, "--rate", rate, "--repeat", 100, "--url", site.http_url]
        self._process = None

    def __enter__(self):
        self._process = subprocess.Popen(
            list(map(str, self._command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(20)
        self._file.unlink()


def wait_for_pairs(site, model, count=ENOUGH_PAIRS):
    """What mirrors runs only when nothing else wants the processor, so a busy machine takes its time."""
    deadline = time.monotonic() + PAIR_SECONDS
    while (paired := site.get(f"/admin/v1/models/{model}/trial")["coverage"]["counts"]["paired"]) < count:
        assert time.monotonic() < deadline, f"{model}: only {paired} of {count} pairs after {PAIR_SECONDS} s"
        time.sleep(0.1)
