"""Bad input gets a clear answer or a closed connection; the next client is served by the same process."""

import json
import time

import pytest
from bad_requests import CASES, CLOSE, DIGITS, GOOD_BODY, infer
from gateway import ROOT
from raw_http import Closed, Connection, request

HEAD_SECONDS = 0.3
# Refused, but where the next request begins is beyond doubt.
WELL_FRAMED = {"framing: 3 MB in chunks of one byte", "framing: unknown Expect"}


@pytest.fixture(scope="module")
def target(start_gateway):
    with start_gateway("--head-timeout", "300ms") as gateway:
        yield gateway


@pytest.fixture(autouse=True)
def next_client_is_served(target):
    """After each test: a good request on a new connection, answered by the process that was started."""
    yield
    assert target.is_running()
    with Connection(target.http) as connection:
        connection.send(infer(GOOD_BODY))
        answer = connection.answer()
        assert answer.status == 200, answer
        assert answer.json()["model_name"] == "digits"


def assert_clear_error(answer):
    """One JSON object with one sentence, free of what is none of a client's business."""
    assert answer.headers["content-type"].startswith("application/json"), answer
    body = answer.json()
    assert isinstance(body["error"], str) and 4 < len(body["error"]) < 2000, answer
    assert str(ROOT) not in body["error"] and "Swift." not in body["error"], answer


@pytest.mark.parametrize("name", CASES)
def test_bad_request(target, name):
    sent, statuses = CASES[name]
    with Connection(target.http) as connection:
        connection.send(sent)
        try:
            answer = connection.answer()
        except Closed:
            assert CLOSE in statuses, f"closed without an answer, one of {statuses} expected"
            return
    assert answer.status in statuses, answer
    if answer.status >= 400:
        assert_clear_error(answer)


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("framing:") and name not in WELL_FRAMED])
def test_nothing_behind_a_framing_error_is_taken_for_a_request(target, name):
    sent, _ = CASES[name]
    with Connection(target.http) as connection:
        connection.send(sent + request(target="/v2/models/smuggled"))
        answers = []
        try:
            while True:
                answers.append(connection.answer())
        except Closed:
            pass
    assert len(answers) <= 1, answers


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(("json:", "binary:"))][::7])
def test_a_wrong_body_does_not_cost_the_connection(target, name):
    with Connection(target.http) as connection:
        connection.send(CASES[name][0])
        assert connection.answer().status == 400
        connection.send(infer(GOOD_BODY))
        assert connection.answer().status == 200


def test_405_says_which_methods_there_are(target):
    with Connection(target.http) as connection:
        connection.send(request("GET", DIGITS))
        assert "POST" in connection.answer().headers["allow"]


@pytest.mark.parametrize("sent", [b"GET /v2/hea", b"GET /v2/health/live HTTP/1.1\r\nHost: a\r\n"])
def test_a_slow_head_is_closed(target, sent):
    with Connection(target.http) as connection:
        connection.send(sent)
        try:
            assert connection.answer().status == 408
        except Closed:
            pass
        assert connection.is_closed_by_server()


def test_a_head_that_trickles_in_is_closed(target):
    """The time-out is for the whole head: each byte must not start it again."""
    with Connection(target.http) as connection:
        started = time.monotonic()
        while connection.send(b"G") and time.monotonic() - started < 20:
            time.sleep(HEAD_SECONDS / 6)
        assert time.monotonic() - started < 20


def test_a_body_cut_short_is_forgotten(target):
    with Connection(target.http) as connection:
        connection.send(infer(GOOD_BODY)[:-20])
        connection.finish_sending()
        try:
            assert connection.answer().status == 400
        except Closed:
            pass
        assert connection.is_closed_by_server()


@pytest.mark.parametrize("cut", [1, 40, 200, len(infer(GOOD_BODY))])
def test_a_reset_is_survived(target, cut):
    for _ in range(20):
        connection = Connection(target.http)
        connection.send(infer(GOOD_BODY)[:cut])
        connection.reset()


def test_expect_continue_is_answered_before_the_body(target):
    with Connection(target.http) as connection:
        head = request("POST", DIGITS, [("Content-Length", len(GOOD_BODY)), ("Expect", "100-continue")])
        connection.send(head)
        assert connection.answer().status == 100
        connection.send(GOOD_BODY)
        assert connection.answer().status == 200


def test_expect_continue_for_too_large_a_body_is_refused_at_once(target):
    with Connection(target.http) as connection:
        connection.send(request("POST", DIGITS, [("Content-Length", 1 << 30), ("Expect", "100-continue")]))
        answer = connection.answer()
        assert answer.status in {413, 417}
        assert_clear_error(answer)


def test_head_has_no_body(target):
    with Connection(target.http) as connection:
        connection.send(request("HEAD", "/v2"))
        assert connection.answer(has_body=False).status in {200, 405}
        connection.send(request())
        assert connection.answer().status == 200


def test_http_1_0_is_answered_and_closed(target):
    with Connection(target.http) as connection:
        connection.send(request(version="HTTP/1.0", host=None))
        assert connection.answer().status == 200
        assert connection.is_closed_by_server()


def test_connection_close_is_obeyed(target):
    with Connection(target.http) as connection:
        connection.send(request(headers=[("Connection", "close")]))
        answer = connection.answer()
        assert answer.status == 200
        assert answer.headers["connection"].lower() == "close"
        assert connection.is_closed_by_server()


def test_chunked_bodies_are_read(target):
    half = len(GOOD_BODY) // 2
    chunks = b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in (GOOD_BODY[:half], GOOD_BODY[half:]))
    with Connection(target.http) as connection:
        connection.send(request("POST", DIGITS, [b"Transfer-Encoding: Chunked"]) + chunks + b"0\r\nX-Sum: 1\r\n\r\n")
        assert connection.answer().status == 200
        connection.send(request())
        assert connection.answer().status == 200


def test_pipelined_requests_are_answered_in_order(target):
    bodies = [json.dumps(json.loads(GOOD_BODY) | {"id": str(number)}).encode() for number in range(50)]
    with Connection(target.http) as connection:
        connection.send(b"".join(map(infer, bodies)))
        assert [connection.answer().json()["id"] for _ in bodies] == [str(number) for number in range(50)]


def test_requests_before_a_bad_one_are_answered(target):
    with Connection(target.http) as connection:
        connection.send(infer(GOOD_BODY) + request() + b"\0\0\0\r\n\r\n" + request())
        assert [connection.answer().status for _ in range(3)] == [200, 200, 400]
        assert connection.is_closed_by_server()


def test_a_request_in_single_bytes_is_a_request(target):
    with Connection(target.http) as connection:
        sent = request()
        for index in range(len(sent)):
            connection.send(sent[index : index + 1])
        assert connection.answer().status == 200
