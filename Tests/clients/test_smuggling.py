"""Requests that two servers could read in two ways: Teal answers each once and ends the connection, and what it
passes on to a server is one well-formed request for each that it took, no more."""

import json
import random
import re

import pytest
from abuse import DIGITS, ECHO, Process, backend, digits_body, echo_body, serving
from backends import started
from backends.nginx import Nginx
from captures import until
from raw_http import Closed, Connection
from smuggling import ANSWERED, PAYLOADS, REFUSED, TOLD, length, post

SEED = 20_261_125
AT_ONCE = 100
LARGE = 100_000
SUITE = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def gateway(backend, tmp_path_factory):
    limits = {"headTimeout": "1s", "bodyIdleTimeout": "1s", "keepAliveIdle": "1s", "connectionsPerAddress": 1000}
    with serving(tmp_path_factory.mktemp("gateway"), backend, **limits) as gateway:
        yield gateway


class Case:
    """A payload in one place: what is sent, and what came of it."""

    def __init__(self, number, name, place, target):
        self.name, self.place = name, place
        write, self.right = PAYLOADS[name]
        # Texts that occur in no other case.
        self.token = f"case-{number}-{place.replace(' ', '-')}."
        body_of = digits_body if target == DIGITS else echo_body
        path = target.encode()
        self.bodies = {part: body_of(self.token + part) for part in ("before", "payload", "behind", "hidden")}
        hidden = post(path, length(self.bodies["hidden"]), body=self.bodies["hidden"])
        payload = write(path, self.bodies["payload"], hidden)
        before, behind = (post(path, length(self.bodies[part]), body=self.bodies[part]) for part in ("before",
            "behind"))
        self.sent = {"alone": payload, "first": payload + behind, "between": before + payload + behind}[
            "first" if place == "in pieces" else place
        ]
        self.answers = []

    def send(self, address, generator):
        self.connection = Connection(address)
        if self.place != "in pieces":
            self.connection.send(self.sent)
            return
        cuts = sorted(generator.sample(range(1, len(self.sent)), 5)) if len(self.sent) < LARGE else []
        for start, end in zip([0, *cuts], [*cuts, len(self.sent)]):
            if not self.connection.send(self.sent[start:end]):
                break

    def collect(self, headless):
        with self.connection as connection:
            try:
                while True:
                    self.answers.append(connection.answer())
            except Closed:
                pass
            except AssertionError as fault:
                if not headless or "half an answer" not in str(fault):
                    raise

    @property
    def statuses(self):
        return [answer.status for answer in self.answers if answer.status >= 200]

    def is_right(self):
        before = [200] if self.place == "between" else []
        behind = [] if self.place == "alone" else [200]
        statuses = self.statuses
        if statuses[: len(before)] != before:
            return False
        statuses = statuses[len(before) :]
        if self.right == ANSWERED:
            return statuses == [200, *behind]
        is_error = bool(statuses) and 400 <= statuses[0] < 600 and statuses[0] != 500
        return is_error and statuses[1:] == (behind if self.right == TOLD else [])

    def __repr__(self):
        return f"{self.name!r} {self.place}: {self.statuses}, {self.right} expected"


def run(address, target, places, headless=False):
    """`headless`: what looks like HTTP/0.9 may be answered without a head."""
    generator = random.Random(SEED)
    cases = [Case(number, name, place, target) for number, name in enumerate(PAYLOADS) for place in places]
    for start in range(0, len(cases), AT_ONCE):
        batch = cases[start : start + AT_ONCE]
        for case in batch:
            case.send(address, generator)
        for case in batch:
            case.collect(headless)
    return cases


PLACES = ["alone", "first", "between", "in pieces"]


@SUITE
def test_no_payload_of_request_smuggling_is_taken_by_a_model_in_the_process(gateway):
    cases = run(gateway.http, DIGITS, PLACES)
    assert [case for case in cases if not case.is_right()] == []
    for case in cases:
        taken = [json.loads(answer.body).get("id", "") for answer in case.answers if answer.status == 200]
        assert all(ident.startswith(case.token) and not ident.endswith("hidden") for ident in taken), case
    print(f"{len(PAYLOADS)} payloads in {len(PLACES)} places, {sum(case.right == REFUSED for case in cases)} refused")
    Process(gateway).rest()


def assert_counts_agree(cases, record, headless=False):
    """What reached the server is what was answered by it, request by request and byte by byte."""
    assert record["violations"] == []
    # Errors of Teal itself name no version.
    passed = sum("teal-slot" in answer.headers for case in cases for answer in case.answers)
    assert passed == len(record["requests"])
    reached = {}
    for target, body in record["requests"]:
        assert target == ECHO
        if body == b"" and headless:
            # A request that NGINX mended, and that came without a body.
            continue
        token = re.search(rb"case-\d+-[a-z-]+\.", body)
        assert token, body[:300]
        reached.setdefault(token[0].decode(), []).append(body)
    for case in cases:
        bodies = reached.get(case.token, [])
        passed = [answer for answer in case.answers if "teal-slot" in answer.headers]
        assert len(bodies) == len(passed) or headless and len(bodies) < len(passed), (case, bodies)
        assert case.bodies["hidden"] not in bodies, case
        if headless:
            # What NGINX mends is not what was sent.
            continue
        answered = [json.loads(answer.body)["id"] for answer in passed if answer.status == 200]
        known = {body: case.token + part for part, body in case.bodies.items()}
        assert [known[body] for body in bodies if body in known] == answered, (case, bodies)


@SUITE
def test_what_is_passed_on_to_a_server_is_one_well_formed_request_for_each_that_was_taken(gateway, backend):
    backend.take()
    cases = run(gateway.http, ECHO, PLACES)
    assert [case for case in cases if not case.is_right()] == []
    record = backend.take()
    assert_counts_agree(cases, record)
    print(f"{len(cases)} connections, {len(record['requests'])} requests passed on, 0 violations")
    Process(gateway).rest()


class Front(Nginx):
    """NGINX before a gateway, as docs/behind-a-proxy.md says, with a line for each request that it sent there."""

    def __init__(self, folder, upstream):
        super().__init__(folder)
        self._upstream = upstream

    def http(self, port):
        return f"""
            log_format short '$upstream_status';
            access_log {self.folder}/access short;
            client_header_timeout 1s; client_body_timeout 1s; keepalive_timeout 1s;
            client_max_body_size 8m;
            upstream teal {{ server {self._upstream}; keepalive 16; }}
            server {{
                listen 127.0.0.1:{port};
                location / {{
                    proxy_pass http://teal; proxy_http_version 1.1; proxy_set_header Connection "";
                    proxy_request_buffering off; proxy_next_upstream off;
                }}
            }}
        """

    ready_path = "/v2"

    def sent(self):
        return [line for line in (self.folder / "access").read_text().splitlines() if line != "-"]


@SUITE
def test_nginx_before_it_and_a_server_behind_it_count_the_same_requests(gateway, backend, tmp_path):
    with started(Front(tmp_path, gateway.http)) as front:
        process = Process(gateway)
        backend.take()
        sent, accepted = len(front.sent()), process.metrics()['teal_http_requests_total{state="accepted"}']
        cases = run(front.address, ECHO, ["first"], headless=True)

        def counted():
            taken = process.metrics()['teal_http_requests_total{state="accepted"}'] - accepted
            return taken == len(front.sent()) - sent

        # NGINX writes its line when the answer has been sent.
        until(counted)
        record = backend.take()
        assert_counts_agree(cases, record, headless=True)
        print(f"{len(cases)} connections through NGINX, {len(record['requests'])} requests reached the server")
    until(lambda: process.metrics()["teal_connections"] == 0)
