"""What the tests of servers that go wrong share: versions that such servers answer for, and clients that go on asking."""

import contextlib
import dataclasses
import http.client
import itertools
import json
import threading
import time

import httpx2
from captures import until
from gateway import Gateway

LIMITS = {"connect": "300ms", "firstByte": "400ms", "idle": "400ms", "total": "1s"}
# Of all phases together, on a machine that has other things to do.
PATIENCE = 6


def version(folder, number, *backends, **keys):
    place = folder / "models" / "echo" / str(number)
    place.mkdir(parents=True)
    endpoints = [f"http://{backend.address}" for backend in backends]
    keys = {
        "kind": "openinference", "endpoints": endpoints, "timeouts": LIMITS, "answerBytes": "1MiB",
        "breaker": {"failures": 5, "openFor": "300ms", "most": "300ms"},
    } | keys
    # JSON is YAML.
    (place / "backend.yaml").write_text(json.dumps(keys))


@contextlib.contextmanager
def serving(folder, *flags, **manifest):
    (folder / "models" / "echo" / "model.yaml").write_text(json.dumps({"slots": {"blue": 1}, "live": "blue"} | manifest))
    with Gateway(folder, *flags, models=folder / "models") as gateway, httpx2.Client(timeout=20) as client:
        yield gateway, lambda text="x": ask(client, gateway, text)


def question(text):
    return {"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": [text]}]}


def ask(client, gateway, text):
    return client.post(f"http://{gateway.http}/v2/models/echo/infer", json=question(text))


def answer(response):
    return response.json()["outputs"][0]["data"][0] if response.status_code == 200 else None


def go_wrong(backend, fault):
    if fault == "refuses":
        backend.refuse()
    else:
        backend.fault = fault


def counts_that_add_up(admin):
    """What has become of the trial's requests so far: the law holds at every moment."""
    counts = admin.json("/admin/v1/models/echo/trial")["coverage"]["counts"]
    assert counts["sampled"] == counts["paired"] + sum(counts["dropped"].values()) + counts["pending"], counts
    return counts


@dataclasses.dataclass
class Asked:
    """A request of a `Load` and how it ended. `text` is None without a proper answer; `status` 0: the connection broke."""

    began: float
    ended: float
    sent: str
    status: int
    text: str | None
    retry: str | None = None


class Load:
    """Threads that ask until the end of the block; `asked` is in the order in which requests ended.

    `keeps`: each thread asks on one connection. `rate`: of all threads together, each second, whatever becomes of the
    requests before. `body`: always this, to `path`; otherwise each asks for another text.
    """

    def __init__(self, gateway, threads, keeps=True, pause=0, rate=None, path="/v2/models/echo/infer", body=None):
        self._address, self._path, self._body = gateway.http, path, body
        self._keeps, self._pause, self._rate = keeps, pause, rate
        self._stop = threading.Event()
        self._numbers = itertools.count()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]
        self._failure = None
        self.asked = []

    def __enter__(self):
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._failure:
            raise self._failure

    def _run(self):
        connection = http.client.HTTPConnection(self._address, timeout=20)
        try:
            while not self._stop.is_set():
                number = next(self._numbers)
                if self._rate and self._stop.wait(max(0, self._began + number / self._rate - time.monotonic())):
                    return
                self._ask(connection, str(number))
                if not self._keeps:
                    connection.close()
                if self._pause:
                    self._stop.wait(self._pause)
        except Exception as failure:
            # Raised again by the thread that waits for all.
            self._failure = failure
        finally:
            connection.close()

    def _ask(self, connection, text):
        body = self._body or json.dumps(question(text))
        began = time.monotonic()
        try:
            connection.request("POST", self._path, body)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self.asked.append(Asked(began, time.monotonic(), text, 0, None))
            return
        ended = time.monotonic()
        well = response.status == 200
        answered = json.loads(content)["outputs"][0]["data"][0] if well and not self._body else None
        self.asked.append(Asked(began, ended, text, response.status, answered, response.headers["Retry-After"]))


def healed(backend, send):
    """Nobody tells the gateway, which has one second to notice."""
    backend.heal()
    began = time.monotonic()
    until(lambda: answer(send("after")) == "after")
    took = time.monotonic() - began
    assert took < 1
    return took
