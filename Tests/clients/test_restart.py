"""A new process takes the place of the one that runs: clients notice nothing, and nothing that was said is lost."""

import collections
import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import threading
import time

import pytest
from gateway import Gateway
from operators import MODEL, REQUEST, Operator, assert_history, assert_one_side, fate, next_kind, repository
from raw_http import Connection, request

pytestmark = pytest.mark.timeout(300)

RESTARTS = 20
DEATHS = 8
SEED = 20_261_126
HURRIED_CLIENTS = 3
PATH = f"/v2/models/{MODEL}/infer"
# What is said while a process is replaced; whoever hears it asks again.
RETRY_SECONDS = 20


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    yield place
    place.end()


def test_20_restarts_under_load_fail_no_request(place):
    with place.first() as gateway, Load(gateway) as load, Mover(gateway) as mover:
        for _ in range(RESTARTS):
            before = gateway
            load.wait_for_more()
            mover.wait_for_more()
            gateway = place.successor()
            gateway.__enter__()
            assert (gateway.http, gateway.admin) == (before.http, before.admin)
            before.wait_for_end(seconds=60)
            assert_books_balance(before)
        load.wait_for_more()
        load.stop()
        mover.stop()
        assert load.faults == [] and mover.faults == []
        # All kinds of clients were there all the time.
        assert min(load.answers.values()) > RESTARTS
        with Operator(gateway) as operator:
            status, rows = operator.status(), operator.audit()
            assert_one_side(gateway, status)
            assert_history(rows, status)
            assert {fate(action, rows) for action in mover.actions} == {"done"}
        gateway.__exit__()
        assert_books_balance(gateway)


def test_the_evidence_of_a_release_goes_on(place):
    with place.first() as gateway, Load(gateway) as load:
        books = collections.Counter()
        for _ in range(3):
            before = gateway
            load.wait_for_more()
            gateway = place.successor()
            gateway.__enter__()
            before.wait_for_end(seconds=60)
            books += assert_books_balance(before)
        load.wait_for_more()
        load.stop()
        assert load.faults == []
        with Operator(gateway) as operator:
            wait_until(lambda: evidence(operator)["counts"]["pending"] == 0, "what was sampled is paired or dropped")
            counts = evidence(operator)["counts"]
            assert len(operator.get(f"/admin/v1/models/{MODEL}/releases")["releases"]) == 1
        gateway.__exit__()
        books += assert_books_balance(gateway)
        assert counts["sampled"] == books["sampled"] > 0
        assert counts["paired"] == books["paired"]
        assert sum(counts["dropped"].values()) == books["dropped"] and "crash" not in counts["dropped"]


def test_a_request_that_is_on_its_way_is_answered_by_the_process_it_came_to(place):
    with place.first() as first, Connection(first.http) as half, Connection(first.http) as idle:
        body = REQUEST.encode()
        head, rest = request("POST", PATH, body=body).split(b"\r\n\r\n", 1)
        half.send(head + b"\r\n\r\n" + rest[:10])
        idle.send(request())
        assert idle.answer().status == 200
        with place.successor() as second:
            half.send(rest[10:])
            answer = half.answer()
            assert answer.status == 200
            assert answer.headers["connection"] == "close"
            assert half.is_closed_by_server()
            # A kept connection brings one more request, and hears that it is the last one there.
            idle.send(request())
            answer = idle.answer()
            assert (answer.status, answer.headers["connection"]) == (200, "close")
            assert idle.is_closed_by_server()
            first.wait_for_end()
            with Connection(second.http) as fresh:
                fresh.send(request())
                assert "connection" not in fresh.answer().headers


def test_generations_go_on_from_those_of_the_process_before(place):
    with place.first() as first:
        before = generation(first)
        with place.successor() as second:
            first.wait_for_end()
            assert generation(second) > before


def test_without_a_gateway_taking_over_is_starting(place):
    with place.successor() as gateway:
        assert generation(gateway) > 0
    with place.successor() as gateway:
        assert generation(gateway) > 0


@pytest.mark.parametrize("number", range(DEATHS))
def test_a_process_that_dies_before_it_is_ready_leaves_the_old_one_able_to_act(place, number):
    moment = random.Random(SEED + number).uniform(0.05, 2)
    with place.first() as first, Load(first) as load:
        load.wait_for_more()
        second = place.successor()
        second.launch()
        if number % 2:
            wait_until(lambda: holds_database(second) or not second.is_running(), "the data folder is given")
        else:
            time.sleep(moment)
        second.kill()
        if has_handed_over(first):
            # It died as the gateway: what it was given is in order all the same.
            load.expect_faults()
            first.wait_for_end()
            with place.first() as third:
                assert_acts(third)
            return
        assert_acts(first)
        load.wait_for_more()
        with place.successor() as third:
            first.wait_for_end()
            assert_acts(third)
            load.wait_for_more()
            load.stop()
            assert load.faults == []


@pytest.mark.parametrize("number", range(DEATHS))
def test_kill_9_of_the_old_process_in_the_middle_leaves_a_folder_that_starts(place, number):
    moment = random.Random(SEED - number).uniform(0.05, 2)
    with place.first() as first:
        assert_acts(first)
        second = place.successor()
        second.launch()
        if number % 2:
            wait_until(lambda: holds_database(second) or has_handed_over(first), "the data folder is given")
        else:
            time.sleep(moment)
        if first.is_running():
            first.kill()
        else:
            first.wait_for_end()
        second.wait_until_ready()
        assert_acts(second)
        second.__exit__()
    with place.first() as third:
        assert_acts(third)


def test_the_old_process_may_be_told_to_stop_meanwhile(place):
    generator = random.Random(SEED)
    for _ in range(4):
        with place.first() as first:
            second = place.successor()
            second.launch()
            time.sleep(generator.uniform(0.05, 1.5))
            os.kill(first.pid, signal.SIGTERM)
            first.wait_for_end(seconds=60)
            second.wait_until_ready()
            assert_acts(second)
            second.__exit__()


def test_a_process_that_cannot_serve_the_same_does_not_take_over(place):
    with place.first() as first:
        versions = place.models / MODEL
        (versions / "1" / "model.onnx").write_bytes((versions / "3" / "model.onnx").read_bytes())
        second = place.successor()
        second.launch()
        second.wait_for_end(status=1)
        assert "cannot take over: model 'digits', slot blue, version 1: " in second.log()
        assert "the running gateway goes on" in second.log()
        assert_acts(first)


def test_a_process_that_is_to_listen_elsewhere_does(place):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with place.first() as first, place.successor("--http-port", port) as second:
        first.wait_for_end()
        assert second.http == f"127.0.0.1:{port}"
        assert second.admin == first.admin
        assert_acts(second)
        with pytest.raises(ConnectionRefusedError):
            generation(first)


class Place:
    """A data folder and a model repository, and processes that use them one after the other."""

    def __init__(self, folder):
        self.models = repository(folder / "models")
        self._folder = folder
        self._gateways = []

    def first(self):
        return self._gateway()

    def successor(self, *flags):
        return self._gateway("--takeover", *flags)

    def _gateway(self, *flags):
        folder = self._folder / f"process-{len(self._gateways)}"
        folder.mkdir()
        gateway = Gateway(folder, *flags, models=self.models, data=self._folder / "data")
        self._gateways.append(gateway)
        return gateway

    def end(self):
        """Leaves no process behind when a test has failed."""
        for gateway in self._gateways:
            gateway.discard()


class Load:
    """Clients that send all the time: some keep their connection, some open one for each request, one is mostly idle, one
    looks at the admin API. They stop at the first fault."""

    def __init__(self, gateway):
        self._stopped = threading.Event()
        self._expects_faults = False
        self.faults = []
        self.answers = collections.Counter()
        self._threads = []
        jobs = [("fresh", self._fresh, gateway.http, PATH), ("patient", self._patient, gateway.http, PATH)]
        jobs += [(f"kept {number}", self._kept, gateway.http, PATH) for number in range(HURRIED_CLIENTS)]
        jobs += [("admin", self._fresh, gateway.admin, "/admin/v1/models")]
        for name, *job in jobs:
            self._threads.append(threading.Thread(target=self._run, name=name, args=(name, *job)))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def expect_faults(self):
        self._expects_faults = True

    def wait_for_more(self):
        """Until each client has had some more answers."""
        before = self.answers.copy()

        def has_more():
            return self.faults or all(self.answers[name] >= before[name] + 3 for name in self._names)

        wait_until(has_more, "every client is answered")
        assert self._expects_faults or self.faults == []

    @property
    def _names(self):
        return [thread.name for thread in self._threads]

    def _run(self, name, job, address, path):
        try:
            job(name, address, path)
        except Exception as fault:
            self.faults.append((name, self.answers[name], repr(fault)))

    def _kept(self, name, address, path):
        connection = http.client.HTTPConnection(address, timeout=60)
        while not self._stopped.is_set():
            self._ask(name, connection, path)
        connection.close()

    def _fresh(self, name, address, path):
        while not self._stopped.is_set():
            connection = http.client.HTTPConnection(address, timeout=60)
            self._ask(name, connection, path)
            connection.close()

    def _patient(self, name, address, path):
        connection = http.client.HTTPConnection(address, timeout=60)
        while not self._stopped.wait(0.2):
            self._ask(name, connection, path)
        connection.close()

    def _ask(self, name, connection, path):
        if path == PATH:
            connection.request("POST", path, REQUEST)
        else:
            connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (answer.status, body)
        self.answers[name] += 1


class Mover:
    """An operator who promotes and rolls back all the time, each action on a connection of its own."""

    def __init__(self, gateway):
        self._gateway = gateway
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.actions = []
        self.faults = []

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._stopped.set()
        self._thread.join()

    def wait_for_more(self):
        count = len(self.actions)
        wait_until(lambda: self.faults or len(self.actions) > count + 1, "traffic is moved")

    def _run(self):
        try:
            while not self._stopped.wait(0.02):
                self.actions.append(move(self._gateway, f"action {len(self.actions)}"))
        except Exception as fault:
            self.faults.append((len(self.actions), repr(fault)))


def move(gateway, name, kind=None):
    """Promotes or rolls back; a refusal because another process takes over says so, and when to come again."""
    deadline = time.monotonic() + RETRY_SECONDS
    while True:
        with Operator(gateway) as operator:
            chosen = kind or next_kind(operator.status())
            body = {"reason": name} | ({"force": True} if chosen == "promote" else {})
            status, reply = operator.call(
                "POST", f"/admin/v1/models/{MODEL}/{chosen}", body, {"Idempotency-Key": name}
            )
            if status == 200:
                operator.actions.append(action := Move(chosen, name, reply))
                return action
        assert status == 503 and reply["error"]["code"] in ("shutting_down", "store_unavailable"), (status, reply)
        assert "try again" in reply["error"]["message"], reply
        assert time.monotonic() < deadline, reply
        time.sleep(0.02)


Move = collections.namedtuple("Move", "kind name reply")


def assert_acts(gateway):
    """It answers, from the slot that is live, and an operator can move traffic there and back."""
    with Operator(gateway) as operator:
        first = next_kind(operator.status())
    for kind in (first, "rollback" if first == "promote" else "promote"):
        move(gateway, f"{kind} {time.monotonic_ns()}", kind)
    with Operator(gateway) as operator:
        status = operator.status()
        assert_one_side(gateway, status)
        assert_history(operator.audit(), status)


def generation(gateway):
    connection = http.client.HTTPConnection(gateway.http, timeout=20)
    connection.request("POST", PATH, REQUEST)
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    connection.close()
    return int(answer.headers["teal-generation"])


def assert_books_balance(gateway):
    """The last word of a process: what became of the requests it accepted, and of those it mirrored."""
    (line,) = [line for line in gateway.log().splitlines() if line.endswith("stopped")]
    books = collections.Counter({name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line)})
    assert books["accepted"] == books["answered"] and books["unanswered"] == books["aborted"] == 0, line
    assert books["sampled"] == books["paired"] + books["dropped"] and books["pending"] == 0, line
    return books


def evidence(operator):
    """What became of the requests that the running release sampled, in all processes."""
    return operator.get(f"/admin/v1/models/{MODEL}/trial")["coverage"]


def holds_database(gateway):
    """The process has the control database open."""
    try:
        files = list(pathlib.Path(f"/proc/{gateway.pid}/fd").iterdir())
        return any(os.readlink(file).endswith("/control.db") for file in files)
    except OSError:
        return False


def has_handed_over(gateway):
    """Gives a process time to notice that another one has died."""
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        if "handed over" in gateway.log():
            return True
        time.sleep(0.01)
    return False


def wait_until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited for: {what}"
        time.sleep(0.005)
