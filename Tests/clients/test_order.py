"""Pipelined requests on kept connections: answers come in order, and each belongs to its request."""

import json
import random
import re
import socket

import pytest
from abuse import CHAT, DIGITS, ECHO, Process, backend, bounded, chat_body, digits_body, echo_body, gateway
from raw_http import Connection, request
from smuggling import CHUNKED, chunks

SEED = 20_261_125
LOCAL, REMOTE = 60_000, 40_000
CONNECTIONS = 16
DEEPEST = 24
PER_CONNECTION = 1000
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n")
IDENT = re.compile(rb'"id":"([^"]*)"')


class Pipe:
    """One client: its connection, which the gateway ends after its number of requests, and the answers it waits for."""

    def __init__(self, address):
        self._address = address
        self._socket = None
        self._left = 0
        self._waiting = []
        self._received = b""

    def send(self, requests, generator):
        """Requests are (bytes, status, id), id None when the answer has none. Sends fewer where a connection ends."""
        if self._left == 0:
            host, port = self._address.split(":")
            self._socket = socket.create_connection((host, int(port)), 20)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._left = PER_CONNECTION
        requests = requests[: self._left]
        self._left -= len(requests)
        self._waiting = [(status, ident) for _, status, ident in requests]
        sent = b"".join(data for data, _, _ in requests)
        # A cut anywhere: within a head, a size, a body.
        cut = generator.randrange(len(sent))
        self._socket.sendall(sent[:cut])
        self._socket.sendall(sent[cut:])
        return len(requests)

    def collect(self):
        for index, (status, ident) in enumerate(self._waiting):
            while (head := self._next()) is None:
                assert self._receive(), f"closed with {len(self._waiting) - index} answers to come"
            head, body = head
            assert head.startswith(b"HTTP/1.1 %d " % status), (head, body, status, ident)
            found = IDENT.search(body)
            assert (found and found[1].decode()) == ident, (head, body, ident)
            is_last = self._left == 0 and index == len(self._waiting) - 1
            assert (b"connection: close" in head) == is_last, head
        if self._left == 0 and self._waiting:
            assert self._received == b"" and not self._receive()
            self._socket.close()
        self._waiting = []

    def _next(self):
        """Head and body of the next answer, if all of it is there."""
        end = self._received.find(b"\r\n\r\n") + 4
        if end < 4:
            return None
        head = self._received[:end]
        whole = end + int(LENGTH.search(head)[1])
        if len(self._received) < whole:
            return None
        body, self._received = self._received[end:whole], self._received[whole:]
        return head, body

    def _receive(self):
        data = self._socket.recv(1 << 18)
        self._received += data
        return bool(data)

    def close(self):
        if self._left:
            self._socket.close()


def shuffled(kinds, generator, number):
    """A request of a kind chosen at random, with what its answer must be."""
    return generator.choice(kinds)(f"r{number}-{generator.randrange(1 << 30)}")


def ask(address, kinds, count):
    generator = random.Random(SEED)
    pipes = [Pipe(address) for _ in range(CONNECTIONS)]
    sent = 0
    while sent < count:
        for pipe in pipes:
            depth = generator.randint(1, DEEPEST)
            sent += pipe.send([shuffled(kinds, generator, sent + index) for index in range(depth)], generator)
        # All have requests on their way at the same time.
        for pipe in pipes:
            pipe.collect()
    for pipe in pipes:
        pipe.close()
    return sent


def posted(target, body, status, ident):
    return request("POST", target, body=body), status, ident


LOCAL_KINDS = [
    *[lambda ident: posted(DIGITS, digits_body(ident), 200, ident)] * 5,
    lambda ident: (request("POST", DIGITS, [CHUNKED]) + chunks(digits_body(ident), 50), 200, ident),
    lambda ident: (request(headers=[("X-Request-Id", ident)]), 200, None),
    lambda ident: posted(DIGITS, json.dumps({"id": ident, "inputs": []}).encode(), 400, None),
    lambda ident: posted(f"/v2/models/{ident}/infer", digits_body(ident), 404, None),
    lambda ident: (request("GET", DIGITS), 405, None),
    lambda ident: (request("POST", DIGITS, [("Content-Encoding", "gzip")], digits_body(ident)), 415, None),
]
REMOTE_KINDS = [
    *[lambda ident: posted(ECHO, echo_body(ident), 200, ident)] * 5,
    lambda ident: (request("POST", ECHO, [CHUNKED]) + chunks(echo_body(ident), 50), 200, ident),
    lambda ident: posted(CHAT, chat_body(ident, user=ident), 200, ident),
    lambda ident: posted(ECHO, b'{"id":"' + ident.encode(), 400, None),
    lambda ident: posted(CHAT, b'{"model":"' + ident.encode() + b'","messages":[]}', 404, None),
    lambda ident: posted(DIGITS, digits_body(ident), 200, ident),
]


@pytest.mark.timeout(120)
def test_every_answer_of_a_model_in_the_process_belongs_to_its_request(gateway):
    sent = ask(gateway.http, LOCAL_KINDS, LOCAL)
    print(f"{sent} requests on {CONNECTIONS} connections at a time")
    found = Process(gateway).rest()
    assert found['teal_http_requests_total{state="answered"}'] >= sent


@pytest.mark.timeout(120)
def test_every_answer_of_a_server_behind_a_slot_belongs_to_its_request(gateway, backend):
    before = backend.take()["counts"]
    sent = ask(gateway.http, REMOTE_KINDS, REMOTE)
    Process(gateway).rest()
    record = backend.take()
    assert record["violations"] == []
    # Unless it was asked for something else by mistake.
    assert {target for target, _ in record["requests"]} == {ECHO, CHAT}
    reached = record["counts"]["requests"] - before["requests"]
    assert 0.7 * sent < reached < sent
    print(f"{sent} requests on {CONNECTIONS} connections at a time, {reached} of them passed on")


def test_a_long_answer_is_not_overtaken_by_those_behind_it(gateway):
    """Behind an answer of 4 MiB that the client reads late."""
    sent = [echo_body("large", "large"), *[echo_body(f"n{number}") for number in range(30)]]
    with bounded(20, "reading"), Connection(gateway.http) as connection:
        connection.send(b"".join(request("POST", ECHO, body=body) for body in sent))
        assert [connection.answer().json()["id"] for _ in sent] == ["large", *[f"n{number}" for number in range(30)]]
