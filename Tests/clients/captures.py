"""What the tests of captured pairs need: requests on one kept connection, metrics, and a look at raw files."""

import http.client
import json
import shutil
import time

from gateway import ROOT

FIXTURES = ROOT / "Tests" / "InferenceTests" / "Fixtures"
PATIENCE = 60


def echo_repository(folder, manifest):
    """Model `echo`, the same in both slots: answers a text with the text and a mark."""
    for version in ("1", "2"):
        (folder / "echo" / version).mkdir(parents=True)
        shutil.copy(FIXTURES / "text.onnx", folder / "echo" / version / "model.onnx")
    (folder / "echo" / "model.yaml").write_text("slots: {blue: 1, green: 2}\nlive: blue\n" + manifest)
    return folder


class Client:
    """A kept connection that opens anew when the gateway has closed it after its number of requests."""

    def __init__(self, address):
        self._connection = http.client.HTTPConnection(address, timeout=20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def infer(self, model, request, headers=None):
        return self.send("POST", f"/v2/models/{model}/infer", json.dumps(request, ensure_ascii=False).encode(), headers)

    def get(self, path):
        return self.send("GET", path)

    def send(self, method, path, body=None, headers=None):
        self._connection.request(method, path, body, headers or {})
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == 200, f"{method} {path}: {answer.status} {content[:500]!r}"
        return content

    def json(self, path):
        return json.loads(self.get(path))


def metrics(admin):
    """All samples of /metrics by name and labels as printed."""
    lines = admin.get("/metrics").decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def until(condition):
    """The first true result of `condition`; asked again and again, for as long as a slow machine may need."""
    deadline = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < deadline, "did not come about"
        time.sleep(0.05)
    return result


def settled(admin, model):
    """The trial of `model` once nothing of it is on its way, and everything handed to the store is dealt with."""

    def quiet():
        trial = admin.json(f"/admin/v1/models/{model}/trial")
        counts = trial["coverage"]["counts"]
        known = sum(trial["outcomes"]["candidate"].values())
        waiting = metrics(admin)["teal_captures_queued"]
        return trial if counts["pending"] == 0 and counts["paired"] == known and waiting == 0 else None

    trial = until(quiet)
    counts = trial["coverage"]["counts"]
    assert counts["sampled"] == counts["paired"] + sum(counts["dropped"].values())
    return trial


def on_disk(folder):
    """Every byte of every file below `folder`."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4096
