"""Clients that go away, and connections that come and go: nothing of them is left behind."""

import contextlib
import json
import random
import time

import pytest
from abuse import (
    CHAT, DIGITS, ECHO, GOOD, assert_served, backend, chat_body, digits_body, echo_body,
    gateway, process,
)
from captures import until
from raw_http import Closed, Connection, request
from recording_backend import ENDLESS, HOLD, LARGE, LARGE_BYTES

SEED = 20_261_125
MEBIBYTE = 1 << 20

# --- C10: clients that go away


def gone(connection, generator):
    """One half by FIN, one by RST."""
    if generator.random() < 0.5:
        connection.reset()
    else:
        connection.__exit__()


ABORTS = {
    # What is sent, how much of it, whether some of the answer is awaited.
    "after the head, in the process": (GOOD, "head", False),
    "in the middle of the head": (GOOD, "half head", False),
    "in the middle of the body": (GOOD, "half", False),
    "in the middle of chunks": (
        request("POST", DIGITS, [b"Transfer-Encoding: chunked"]) + b"20\r\n" + b"{" * 32 + b"\r\n20\r\n{{{{", "all",
        False,
    ),
    "with the request sent, in the process": (GOOD, "all", False),
    "with 20 requests sent, in the process": (GOOD * 20, "all", True),
    "after the head, for a server": (request("POST", ECHO, body=echo_body("a")), "head", False),
    "with the request sent, for a server": (request("POST", ECHO, body=echo_body("a")), "all", False),
    "with 20 requests sent, for a server": (request("POST", ECHO, body=echo_body("a")) * 20, "all", True),
}
LONG_ABORTS = {
    "in the middle of an answer that is collected": (request("POST", ECHO, body=echo_body("a", LARGE)), "all", True),
    "in the middle of an answer that is passed on as it comes": (request("POST", CHAT, body=chat_body(LARGE)), "all",
        True),
}
AT_ONCE = 40


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("kinds", "count", "growth"), [(ABORTS, 480, 16 * MEBIBYTE), (LONG_ABORTS, 160, AT_ONCE * LARGE_BYTES)],
    ids=["of short answers", "of long answers"],
)
def test_thousands_of_clients_that_go_away_leave_nothing_behind(gateway, process, backend, kinds, count, growth):
    """`growth`: what the first round needed may come again as other memory, what one at a time needs may not."""
    generator = random.Random(SEED)

    def abort(kind):
        sent, part, awaits = kinds[kind]
        end = sent.find(b"\r\n\r\n") + 4
        part = {"head": end, "half head": end // 2, "half": end + (len(sent) - end) // 2, "all": len(sent)}[part]
        connection = Connection(gateway.http)
        connection.send(sent[:part])
        if awaits:
            assert connection.has_begun_to_answer()
        return connection

    def burst(kind, count):
        for _ in range(count // AT_ONCE):
            for connection in [abort(kind) for _ in range(AT_ONCE)]:
                gone(connection, generator)

    def resting():
        found = process.rest()
        # Connections to the server that are not used are closed after a second.
        until(lambda: backend.take()["counts"]["open"] == 0)
        return found

    files, resident = None, []
    before = resting()
    for _ in range(4):
        for kind in kinds:
            burst(kind, count // 4)
        found = resting()
        if files is None:
            files = process.files()
        process.rest(files)
        resident.append(process.resident())
    clients = found["teal_connections_total"] - before["teal_connections_total"]
    aborted = 'teal_http_requests_total{state="aborted"}'
    print(
        f"{clients:.0f} clients gone, {found[aborted] - before[aborted]:.0f} requests aborted;"
        f" {files} open files after each round; MiB resident: {[round(each / MEBIBYTE, 1) for each in resident]}"
    )
    assert resident[-1] < resident[0] + growth
    assert backend.take()["violations"] == []
    assert_served(gateway)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", [HOLD, ENDLESS])
def test_a_server_learns_of_every_client_that_goes_away_while_it_answers(gateway, process, backend, kind):
    """Before the head of an answer, and in the middle of a stream of events."""
    generator = random.Random(SEED)
    v2 = request("POST", ECHO, body=echo_body("a", HOLD))
    chat = request("POST", CHAT, [("Content-Type", "application/json")], chat_body(kind, stream=kind == ENDLESS))
    before = backend.take()["counts"]
    process.rest()
    until(lambda: backend.take()["counts"]["open"] == 0)
    files = process.files()
    count, at_once = 500, 50

    def since(what):
        return backend.take()["counts"].get(f"{what} {kind}", 0) - before.get(f"{what} {kind}", 0)

    for turn in range(count // at_once):
        connections = []
        for number in range(at_once):
            connections.append(Connection(gateway.http))
            connections[-1].send(v2 if kind == HOLD and number % 2 else chat)
        if kind == ENDLESS:
            for connection in connections:
                assert connection.has_begun_to_answer()
        begun = (turn + 1) * at_once
        until(lambda begun=begun: since("begun") == begun)
        for connection in connections:
            gone(connection, generator)
        until(lambda begun=begun: since("cancelled") == begun)
    found = process.rest()
    until(lambda: backend.take()["counts"]["open"] == 0)
    process.rest(files)
    sent = found['teal_upstream_requests_total{model="chat",version="1",state="cancelled"}']
    print(f"{kind}: {count} clients gone, {count} cancelled at the server; {sent:.0f} counted of chat so far")
    assert sent > 0
    assert backend.take()["violations"] == []


# --- C11: churn


def test_10000_connections_with_one_request_each_leave_no_open_file(gateway, process):
    generator = random.Random(SEED)
    process.rest()
    before, files, resident = process.metrics(), process.files(), process.resident()
    closing = request("POST", DIGITS, [("Connection", "close")], digits_body("good"))
    old = request(version="HTTP/1.0", host=None)
    answered = statuses = 0
    began = time.monotonic()
    for _ in range(10_000):
        kind = generator.random()
        connection = Connection(gateway.http)
        if kind < 0.4:
            # The gateway closes.
            connection.send(closing if kind < 0.3 else old)
            answered += 1
            statuses += connection.answer().status == 200
            assert connection.is_closed_by_server()
            connection.__exit__()
        elif kind < 0.8:
            # The client closes.
            connection.send(GOOD)
            answered += 1
            statuses += connection.answer().status == 200
            gone(connection, generator)
        else:
            # Without a word, or with half of one.
            connection.send(GOOD[: generator.choice([0, 1, 30])])
            gone(connection, generator)
    took = time.monotonic() - began
    found = process.rest(files)
    assert statuses == answered
    opened = found["teal_connections_total"] - before["teal_connections_total"]
    growth = (process.resident() - resident) / MEBIBYTE
    print(f"10,000 connections in {took:.1f} s, {answered} answered, {opened:.0f} counted; {growth:.1f} MiB more")
    # One that is reset at once may be gone before it is accepted.
    assert 9_500 < opened <= 10_000
    assert growth < 16


def test_a_client_that_closes_first_leaves_no_waiting_port_at_the_gateway(gateway):
    port = int(gateway.http.split(":")[1])
    for _ in range(200):
        assert_served(gateway)

    def waiting():
        """Local ports of sockets in TIME_WAIT whose other end is, or that are, the gateway."""
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        return [int(row[1].split(":")[1], 16) for row in rows if row[3] == "06" and f":{port:04X}" in (row[1] + row[2])]

    ends = waiting()
    assert len(ends) >= 200
    # Those of connections that the gateway closed, as it was asked to, are from other tests.
    with Connection(gateway.http) as connection:
        connection.send(GOOD)
        assert connection.answer().status == 200
    before = ends.count(port)
    for _ in range(200):
        assert_served(gateway)
    assert waiting().count(port) <= before


def test_a_client_that_closes_its_side_after_asking_costs_nothing(gateway, process):
    files = process.files()
    for _ in range(200):
        with Connection(gateway.http) as connection:
            connection.send(GOOD)
            connection.finish_sending()
            with contextlib.suppress(Closed):
                assert connection.answer().status == 200
            assert connection.is_closed_by_server()
    process.rest(files)
