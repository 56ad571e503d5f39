"""What the tests of abuse share: a gateway with models of each kind, and figures of its process."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import time

import pytest
from captures import Client, metrics, until
from gateway import MODELS, Gateway, heldout
from raw_http import Connection, request
from recording_backend import RecordingBackend

DIGITS = "/v2/models/digits/infer"
ECHO = "/v2/models/echo/infer"
CHAT = "/v1/chat/completions"
DIGIT = heldout("digits")[0]["inputs"]


def repository(folder, backend):
    """`digits` and `sentiment` in the process; `echo`, `price`, `chat` and `vector` at the recording backend. One
    version of each: nothing is mirrored, so that requests can be counted."""
    versions = {
        "echo": {"kind": "openinference"},
        "price": {
            "kind": "kserve-v1",
            "signature": {
                "inputs": [{"name": "x", "datatype": "INT64", "shape": [-1]}],
                "outputs": [{"name": "y", "datatype": "INT64", "shape": [-1]}],
            },
        },
        "chat": {"kind": "openai"},
        "vector": {"kind": "openai", "task": "embedding"},
    }
    for model in ("digits", "sentiment"):
        shutil.copytree(MODELS / model / "1", folder / model / "1")
    for model, keys in versions.items():
        (folder / model / "1").mkdir(parents=True)
        keys |= {"endpoints": [f"http://{backend.address}"], "pool": {"connections": 512, "pending": 10_000,
            "idle": "1s"}}
        # JSON is YAML.
        (folder / model / "1" / "backend.yaml").write_text(json.dumps(keys))
    for model in ("digits", "sentiment", *versions):
        (folder / model / "model.yaml").write_text(json.dumps({"slots": {"blue": 1}, "live": "blue"}))
    return folder


@contextlib.contextmanager
def serving(folder, backend, **settings):
    """A gateway with `repository`; settings are keys of `http`."""
    flags = [flag for key, value in settings.items() for flag in ("--set", f"http.{key}={value}")]
    with Gateway(folder, *flags, models=repository(folder / "models", backend)) as gateway:
        yield gateway


def digits_body(ident):
    return json.dumps({"id": ident, "inputs": DIGIT}).encode()


def echo_body(ident, text=None):
    tensor = {"name": "text", "datatype": "BYTES", "shape": [1], "data": [ident if text is None else text]}
    return json.dumps({"id": ident, "inputs": [tensor]}).encode()


def chat_body(said, **keys):
    return json.dumps({"model": "chat", "messages": [{"role": "user", "content": said}]} | keys).encode()


class Process:
    """What the gateway's process holds: open files, memory, time."""

    def __init__(self, gateway):
        self._folder = pathlib.Path(f"/proc/{gateway.pid}")
        self._admin = gateway.admin

    def files(self):
        return len(os.listdir(self._folder / "fd"))

    def _status(self, key):
        return int(re.search(rf"^{key}:\s+(\d+) kB$", (self._folder / "status").read_text(), re.MULTILINE)[1]) * 1024

    def resident(self):
        return self._status("VmRSS")

    def peak(self):
        return self._status("VmHWM")

    def forget_peak(self):
        (self._folder / "clear_refs").write_text("5")

    def seconds(self):
        fields = (self._folder / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def metrics(self):
        with Client(self._admin) as admin:
            return metrics(admin)

    def rest(self, files=None):
        """Waits until nothing is open or on its way, checks the law of requests, and returns all metrics. `files`: how
        many were open when it rested before."""

        def quiet():
            found = self.metrics()
            running = sum(value for name, value in found.items() if name.startswith("teal_in_flight"))
            return found if found["teal_connections"] == 0 and running == 0 else None

        found = until(quiet)
        state = {name: found[f'teal_http_requests_total{{state="{name}"}}'] for name in ("accepted", "answered",
            "aborted", "shed")}
        assert state["accepted"] == state["answered"] + state["aborted"] + state["shed"], state
        if files is not None:
            # One more is the connection that metrics were asked on.
            until(lambda: self.files() <= files)
        return found


GOOD = request("POST", DIGITS, body=digits_body("good"))


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    with RecordingBackend(tmp_path_factory.mktemp("recording")) as backend:
        yield backend


@pytest.fixture(scope="module")
def gateway(backend, tmp_path_factory):
    """As it is by default."""
    with serving(tmp_path_factory.mktemp("gateway"), backend) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def process(gateway):
    with Connection(gateway.http) as connection:
        connection.send(GOOD)
        assert connection.answer().status == 200
    return Process(gateway)


def assert_served(gateway):
    with Connection(gateway.http) as connection:
        connection.send(GOOD)
        answer = connection.answer()
        assert answer.status == 200 and answer.json()["id"] == "good", answer


def rejected(found, reason):
    return found[f'teal_connections_rejected_total{{reason="{reason}"}}']


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@contextlib.contextmanager
def bounded(seconds, what):
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert took < seconds, f"{what} took {took:.1f} s"
