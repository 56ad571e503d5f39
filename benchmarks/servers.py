"""Servers under measurement: started on loopback, told apart by what their process costs, ended by pid."""

import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
WORK = ROOT / "benchmarks" / ".work"
MODELS = ROOT / "models"
TEAL = pathlib.Path(os.environ.get("TEAL", ROOT / ".build" / "release" / "teal"))
# Debian keeps it in a folder that a user's PATH lacks.
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
START_SECONDS = 30

CORES = sorted(os.sched_getaffinity(0))


class Placement:
    """On which cores servers and wrk run. As the scheduler likes unless `pin` is called."""

    server = CORES
    client = CORES

    @classmethod
    def pin(cls):
        """A core for the server, the rest for wrk. At one connection each request then wakes another core."""
        cls.server = CORES[:1]
        cls.client = CORES[1:] or CORES


def on_cores(cores):
    return lambda: os.sched_setaffinity(0, cores)


class Server:
    """A process and its children in a folder of its own; a `with` block starts and ends it."""

    name = "server"
    # What only serves the measurement of others takes no time of the core that they may have to themselves.
    is_measured = True

    def __enter__(self):
        WORK.mkdir(parents=True, exist_ok=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{self.name}-", dir=WORK))
        self._log = open(self.folder / "log", "wb")
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        process = getattr(self, "process", None)
        if process and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._log.close()
        shutil.rmtree(self.folder)

    def launch(self, command, stdout=None, environment=None):
        cores = Placement.server if self.is_measured else Placement.client
        self.process = subprocess.Popen(
            list(map(str, command)), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stdout or self._log, stderr=self._log,
            env=os.environ | (environment or {}), preexec_fn=on_cores(cores),
        )

    def wait_for(self, is_ready):
        deadline = time.monotonic() + START_SECONDS
        while not (result := is_ready()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = (self.folder / "log").read_text(errors="replace")[-4000:]
                raise RuntimeError(f"{self.name} did not start\n{log}")
            time.sleep(0.01)
        return result

    def answers(self, path="/"):
        """Whether a request is answered with 200; for `wait_for`."""
        connection = http.client.HTTPConnection(self.address, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except ConnectionError:
            return False
        finally:
            connection.close()

    def pids(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu_seconds(self):
        """Processor time of all threads, ended ones included, in user and kernel mode; nanosecond resolution."""
        # The clock id that clock_getcpuclockid(3) makes of a pid: precise run time, not a sample per tick.
        return sum(time.clock_gettime((~pid) << 3 | 2) for pid in self.pids())

    def resident_bytes(self):
        pages = int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


class Teal(Server):
    name = "teal"

    def __init__(self, *flags, models=MODELS, environment=None):
        self.flags = flags
        self.models = models
        self.environment = environment

    def start(self):
        if not TEAL.exists():
            raise FileNotFoundError(f"{TEAL} is missing: run make build first")
        printed = self.folder / "stdout"
        with open(printed, "wb") as stdout:
            self.launch(
                [
                    TEAL, "serve", "--models", self.models, "--host", "127.0.0.1", "--http-port", "0",
                    "--admin-port", "0", "--data", self.folder / "data", *self.flags,
                ],
                stdout,
                self.environment,
            )
        started = time.monotonic()
        self.wait_for(lambda: re.search(r"^teal: ready", printed.read_text(), re.MULTILINE))
        self.start_seconds = time.monotonic() - started
        self.address = re.search(r"^teal: http inference on (\S+)$", printed.read_text(), re.MULTILINE)[1]
        self.admin = re.search(r"^teal: admin on (\S+)$", printed.read_text(), re.MULTILINE)[1]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Nginx(Server):
    """One worker that answers every request alike: with a fixed body of `size` bytes."""

    name = "nginx"

    def __init__(self, content_type, size):
        self.content_type = content_type
        # NGINX cuts the words of its configuration at 4 KiB.
        self.body = "x" * min(size, 4000)

    def http(self, port):
        """The part of the configuration that tells one NGINX from the other."""
        return f"""
            default_type {self.content_type};
            server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{self.body}'; }} }}
        """

    def start(self):
        port = free_port()
        temporary = "\n".join(
            f"{kind}_temp_path {self.folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (self.folder / "nginx.conf").write_text(
            f"""
            daemon off; worker_processes 1; pid {self.folder}/pid; error_log stderr error;
            {"user root;" if os.geteuid() == 0 else ""}
            events {{ worker_connections 2048; }}
            http {{
                access_log off;
                {temporary}
                {self.http(port)}
            }}
            """
        )
        self.launch([NGINX, "-p", self.folder, "-e", "stderr", "-c", self.folder / "nginx.conf"])
        self.address = f"127.0.0.1:{port}"
        self.wait_for(self.answers)
