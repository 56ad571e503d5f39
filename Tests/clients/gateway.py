"""Starts the real binary on free ports and tells where it listens."""

import functools
import json
import os
import pathlib
import re
import signal
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
TEAL = pathlib.Path(os.environ.get("TEAL", ROOT / ".build" / "release" / "teal"))

START_SECONDS = 30
STOP_SECONDS = 15
LISTENERS = {
    "http": re.compile(r"^teal: http inference on (\S+)$", re.MULTILINE),
    "admin": re.compile(r"^teal: admin on (\S+)$", re.MULTILINE),
}
READY = re.compile(r"^teal: ready$", re.MULTILINE)
DEGRADED = re.compile(r"^teal: serving what could be loaded$", re.MULTILINE)


class Gateway:
    """One `teal serve` process. Use it in a `with` block: leaving the block stops the process.

    `http` and `admin` are addresses of the form `127.0.0.1:PORT`. `degraded`: some model is expected not to load.
    `under`: a command that becomes the gateway, such as a tracer that leaves its place to what it traces.
    `data`: the data folder, when it is not one in `folder`.
    """

    def __init__(self, folder, *flags, models=MODELS, degraded=False, under=(), data=None):
        self._stdout = folder / "stdout"
        self._stderr = folder / "stderr"
        self._command = [
            *under, TEAL, "serve", "--models", models, "--host", "127.0.0.1", "--http-port", "0", "--admin-port", "0",
            "--data", data or folder / "data", *flags,
        ]
        self._announcement = DEGRADED if degraded else READY
        self._process = None
        self._is_over = False
        self.http = self.admin = None

    def __enter__(self):
        self.launch()
        try:
            self.wait_until_ready()
        except BaseException:
            self._kill()
            raise
        return self

    def launch(self):
        """Starts the process without waiting for anything, for tests of what it does before it is ready."""
        if not TEAL.exists():
            raise FileNotFoundError(f"{TEAL} is missing: run make build first")
        with open(self._stdout, "wb") as stdout, open(self._stderr, "wb") as stderr:
            self._process = subprocess.Popen(
                list(map(str, self._command)), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
            )

    def __exit__(self, *_):
        """Asks the process to stop; it must have lived until now and must end by itself, with status 0."""
        if self._is_over:
            return
        died = self._process.poll()
        if died is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill()
            raise AssertionError(f"still running {STOP_SECONDS} s after SIGTERM\n{self.log()}") from None
        assert died is None, f"ended by itself with status {died}\n{self.log()}"
        assert status == 0, f"ended with status {status} after SIGTERM\n{self.log()}"

    @property
    def pid(self):
        return self._process.pid

    def kill(self):
        """SIGKILL, and nothing is left to do at the end of the block. It must have lived until now."""
        assert self.is_running(), f"ended by itself with status {self._process.returncode}\n{self.log()}"
        self._kill()
        self._is_over = True

    def wait_for_end(self, status=0, seconds=STOP_SECONDS):
        """Waits for a process that ends by itself, with this status: because another one has taken its place, or because
        it could not start."""
        ended = self._process.wait(seconds)
        assert ended == status, f"ended with status {ended}\n{self.log()}"
        self._is_over = True

    def wait_for_kill(self):
        """As `kill`, when somebody else sends the signal."""
        status = self._process.wait(STOP_SECONDS)
        assert status == -signal.SIGKILL, f"ended with status {status}\n{self.log()}"
        self._is_over = True

    def discard(self):
        """Ends the process however it is, if it was started at all."""
        if self._process is not None:
            self._kill()

    def is_running(self):
        return self._process.poll() is None

    def log(self):
        """What the process has printed, the last 20,000 characters of each stream."""
        parts = []
        for path in (self._stdout, self._stderr):
            text = path.read_text(errors="replace") if path.exists() else ""
            parts.append(f"--- {path.name}\n{text[-20_000:]}")
        return "\n".join(parts)

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            printed = self._stdout.read_text(errors="replace")
            if self._announcement.search(printed):
                break
            if not self.is_running():
                raise RuntimeError(f"ended with status {self._process.returncode} while starting\n{self.log()}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"not ready after {START_SECONDS} s\n{self.log()}")
            time.sleep(0.01)
        for name, pattern in LISTENERS.items():
            match = pattern.search(printed)
            if not match:
                raise RuntimeError(f"did not say where {name} listens\n{self.log()}")
            setattr(self, name, match[1])

    def _kill(self):
        if self.is_running():
            self._process.kill()
        self._process.wait()


def teal(gateway, *arguments, status=0):
    """Runs a client command against the gateway and returns what it printed and what it said on standard error."""
    command = [TEAL, *arguments] if "replay" in arguments else [TEAL, *arguments, "--admin", gateway.admin]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status, f"{arguments}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout, done.stderr


@functools.cache
def heldout(model):
    """The model's held-out V2 requests, in file order."""
    with open(MODELS / model / "heldout.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def claimed_accuracy(model, version):
    """The held-out accuracy that a bundled version states in its manifest."""
    manifest = (MODELS / model / str(version) / "version.yaml").read_text(encoding="utf-8")
    return float(re.search(r"^  accuracy: ([0-9.]+)$", manifest, re.MULTILINE)[1])
