"""SIGKILL at every system call with which a cutover, or a first start, writes to the control database; by strace."""

import collections
import os
import signal
import subprocess
import threading
import time

import pytest
from gateway import Gateway
from operators import BROKEN, Operator, judge, next_kind, repository

pytestmark = pytest.mark.timeout(240)

CALLS = (
    "write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,"
    "?rename,renameat,renameat2,?unlink,unlinkat,truncate,ftruncate"
)
FILES = [f"control.db{ending}" for ending in ("", "-wal", "-shm", "-journal")]
PATIENCE = 20
NO_STRACE = "strace may not trace the gateway: is ptrace forbidden here?"
# An intent and its confirmation cannot take fewer: some pages and fdatasync each.
FEWEST = 8
MOST = 200


def strace(data, *options):
    """Its command line for the calls that write to the control database in the folder `data`."""
    paths = [part for name in FILES for part in ("-P", str(data / name))]
    return ["strace", "-f", "-o", "/dev/null", "-e", f"trace={CALLS}", *paths, *options]


def test_kill_9_at_every_write_of_the_first_start_leaves_a_folder_that_can_be_started(tmp_path):
    models = repository(tmp_path / "models")
    for number in range(1, MOST):
        folder = tmp_path / str(number)
        folder.mkdir()
        # One thread opens the file and makes its tables, so strace can count the calls.
        tracer = strace(folder / "data", "-e", f"inject={CALLS}:signal=SIGKILL:when={number}", "-D")
        try:
            with Gateway(folder, models=models, under=tracer) as gateway:
                gateway.kill()
                break
        except RuntimeError as error:
            assert f"ended with status -{signal.SIGKILL:d} while starting" in str(error), NO_STRACE
        with Gateway(folder, models=models) as gateway, Operator(gateway) as operator:
            judge(gateway, operator, [])
    assert FEWEST < number < MOST


@pytest.mark.parametrize("kind", ["promote", "rollback"])
def test_kill_9_after_every_write_of_a_cutover_loses_nothing_and_leaves_one_side(tmp_path, kind):
    models = repository(tmp_path / "models")
    fates = collections.Counter()
    sent, reached, writes = [], True, 0
    while reached:
        writes += 1
        assert writes < MOST, "the cutover never ends"
        with Gateway(tmp_path, models=models) as gateway, Operator(gateway) as operator:
            fates += judge(gateway, operator, sent)
            if (other := next_kind(operator.status())) != kind:
                operator.move(other, f"before write {writes}")
            sent, reached = killed_after(writes, kind, gateway, tmp_path)
    with Gateway(tmp_path, models=models) as gateway, Operator(gateway) as operator:
        fates += judge(gateway, operator, sent)
    assert writes > FEWEST, f"only {writes - 1} writes were seen: {fates}"
    # Before the intent was durable, between it and the confirmation, and after that.
    assert all(fates[fate] > 0 for fate in ("never begun", "taken back", "done", "acknowledged")), fates


def killed_after(writes, kind, gateway, folder):
    """What was sent to a process that was killed after so many writes, and whether it came to make them."""
    with Operator(gateway) as operator, Stops(gateway.pid, folder) as stops:
        thread = threading.Thread(target=move, args=(operator, kind, f"killed after write {writes} of {kind}"))
        thread.start()
        reached = stops.wait(thread)
        for _ in range(writes - 1):
            if not reached:
                break
            stops.go_on()
            reached = stops.wait(thread)
        gateway.kill()
        thread.join()
        return operator.actions, reached


def move(operator, kind, name):
    try:
        operator.move(kind, name)
    except BROKEN:
        pass


class Stops:
    """A process that stops right after each call that writes to its control database, whichever thread makes it.

    strace could kill by itself with `when=`, but counts the calls of each thread apart, and a database's queue moves
    between threads.
    """

    def __init__(self, pid, folder):
        self._pid = pid
        self._errors = folder / "strace.err"
        self._command = strace(folder / "data", "-e", f"inject={CALLS}:signal=SIGSTOP", "-p", str(pid))
        self._strace = None

    def __enter__(self):
        try:
            with open(self._errors, "wb") as errors:
                self._strace = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stderr=errors)
        except FileNotFoundError:
            pytest.fail("strace is missing; `scripts/setup.sh test` installs it")
        deadline = time.monotonic() + PATIENCE
        while " attached" not in (said := self._errors.read_text()):
            if self._strace.poll() is not None or time.monotonic() > deadline:
                self.__exit__()
                pytest.fail(f"{NO_STRACE} It said: {said.strip()}")
            time.sleep(0.002)
        return self

    def __exit__(self, *_):
        if self._strace.poll() is None:
            self._strace.terminate()
        self._strace.wait(PATIENCE)

    def wait(self, thread):
        """True when the process stops; false when `thread` ends first."""
        deadline = time.monotonic() + PATIENCE
        while True:
            is_going_on = thread.is_alive()
            if os.waitid(os.P_PID, self._pid, os.WSTOPPED | os.WNOHANG) is not None:
                return True
            if not is_going_on:
                return False
            assert time.monotonic() < deadline, "neither stops nor goes on"
            time.sleep(0.0005)

    def go_on(self):
        os.kill(self._pid, signal.SIGCONT)
