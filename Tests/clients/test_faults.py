"""Servers behind slots that go wrong: what clients see, what is asked again and what is not, and that it heals. Storms of
promotions, a gateway that stands still, and more load than can be borne."""

import bisect
import collections
import itertools
import json
import os
import shutil
import signal
import time

import httpx2
import pytest
from captures import Client, settled, until
from faults import LIMITS, PATIENCE, Load, answer, counts_that_add_up, go_wrong, healed, question, serving, version
from faulty_backend import DONE, EVENT, FAULTS, TOO_LARGE, FaultyBackend
from gateway import MODELS, Gateway, heldout
from operators import Operator

# Nothing of an answer has come, and nobody waits any more.
SENT_AGAIN = [
    "refuses", "resets when it is connected to", "resets when a request has come", "closes when a request has come",
]
# What is left of the faults that say something of the server. Those that take long stand for each other.
LEFT_ALONE = ["never answers", "resets within the head", "closes within the body", "states both framings", "answers 500"]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_live_server_that_goes_wrong_is_told_in_time_and_not_asked_twice_and_heals(fault, tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path) as (_, send):
            assert answer(send("before")) == "before"
            backend.fault, before, connected = fault, backend.count, backend.connections
            # The end of a connection that was kept says nothing of the server: it does not count.
            slowest = 0
            for failures in range(7):
                began = time.monotonic()
                response = send()
                assert response.json()["error"]
                slowest = max(slowest, time.monotonic() - began)
                assert slowest < PATIENCE
                if response.status_code == 503:
                    break
                assert response.status_code == FAULTS[fault], response.text
            if fault in TOO_LARGE:
                # That an answer is too large may be due to the request: the circuit stays closed.
                assert response.status_code == 502 and backend.count == before + 7
            else:
                # Each was sent once; then the circuit was open and nobody was asked any more.
                assert response.status_code == 503, f"the circuit is closed after {failures + 1} failures"
                assert failures in (5, 6) and response.headers["retry-after"]
                if fault == "resets when it is connected to":
                    # Only the one on the connection that was kept was read.
                    assert (backend.count, backend.connections) == (before + 1, connected + failures - 1)
                else:
                    assert backend.count == before + failures
            took = healed(backend, send)
            assert answer(send("again")) == "again"
            print(f"{fault}: {failures} failures, told within {slowest:.2f} s, healed within {took:.2f} s")


def test_a_server_that_is_gone_is_told_and_heals_by_itself(tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path) as (_, send):
            assert answer(send("before")) == "before"
            backend.refuse()
            responses = [send() for _ in range(8)]
            statuses = [response.status_code for response in responses]
            assert set(statuses) == {502, 503} and statuses[-1] == 503, statuses
            assert all(response.json()["error"] for response in responses)
            healed(backend, send)


def test_a_server_that_takes_no_connection_is_a_time_out_and_heals(tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path) as (_, send):
            assert answer(send("before")) == "before"
            with backend.stop_accepting():
                began = time.monotonic()
                statuses = [send().status_code for _ in range(7)]
                assert set(statuses) == {504, 503} and statuses[-1] == 503, statuses
                assert time.monotonic() - began < PATIENCE
            healed(backend, send)


# Two endpoints


@pytest.mark.parametrize("fault", SENT_AGAIN)
def test_what_may_be_sent_again_is_answered_by_the_other_endpoint(fault, tmp_path):
    with FaultyBackend() as bad, FaultyBackend() as good:
        version(tmp_path, 1, bad, good, idempotent=True)
        with serving(tmp_path) as (_, send):
            go_wrong(bad, fault)
            assert [answer(send(str(number))) for number in range(20)] == [str(number) for number in range(20)]
            assert good.count >= 15


@pytest.mark.parametrize("fault", LEFT_ALONE)
def test_an_endpoint_that_goes_wrong_is_left_alone_and_the_other_answers(fault, tmp_path):
    with FaultyBackend() as bad, FaultyBackend() as good:
        version(tmp_path, 1, bad, good, idempotent=True)
        with serving(tmp_path) as (_, send):
            go_wrong(bad, fault)
            statuses = [send(str(number)).status_code for number in range(40)]
            # One more than open the circuit: the first may be on a connection that was kept.
            assert set(statuses) <= {200, FAULTS[fault]} and len(statuses) - statuses.count(200) <= 6, statuses
            assert [answer(send(str(number))) for number in range(20)] == [str(number) for number in range(20)]


def test_what_was_not_sent_goes_to_the_other_endpoint_whatever_it_does(tmp_path):
    with FaultyBackend() as bad, FaultyBackend() as good:
        version(tmp_path, 1, bad, good)
        with serving(tmp_path) as (_, send):
            go_wrong(bad, "refuses")
            assert [answer(send(str(number))) for number in range(20)] == [str(number) for number in range(20)]


def test_what_was_sent_to_one_endpoint_is_not_sent_to_the_other(tmp_path):
    with FaultyBackend() as bad, FaultyBackend() as good:
        version(tmp_path, 1, bad, good)
        with serving(tmp_path) as (_, send):
            go_wrong(bad, "closes when a request has come")
            before = bad.count + good.count
            statuses = [send().status_code for _ in range(40)]
            assert set(statuses) == {200, 502} and statuses.count(502) <= 6, statuses
            assert bad.count + good.count == before + len(statuses)


# What circuit breakers do meanwhile


def test_while_a_circuit_is_open_one_request_at_a_time_tries(tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path, "--set", "threads=1") as (gateway, send):
            backend.fault = "never answers"
            for _ in range(5):
                assert send().status_code == 504
            assert send().status_code == 503
            before, backend.most = backend.count, 0
            with Load(gateway, 8) as load:
                until(lambda: backend.count >= before + 3)
            assert backend.most == 1
            assert {asked.status for asked in load.asked} == {503, 504}
            # Whoever tried was told so; all others were told at once.
            assert sum(asked.status == 504 for asked in load.asked) == backend.count - before
            healed(backend, send)
            with Load(gateway, 8) as load:
                until(lambda: len(load.asked) > 100)
            assert {asked.status for asked in load.asked} == {200}


def test_a_server_that_becomes_slow_is_told_in_time_and_heals(tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path) as (_, send):
            for delay in (0, 0.02, 0.05, 0.1):
                backend.delay = delay
                assert answer(send(str(delay))) == str(delay)
            statuses = []
            for step in range(7):
                backend.delay = 1 + step / 4
                began = time.monotonic()
                statuses.append(send().status_code)
                assert time.monotonic() - began < PATIENCE
            assert statuses == [504] * 5 + [503] * 2
            backend.delay = 0
            healed(backend, send)


# Answers that are not what they seem


@pytest.mark.parametrize("fault", ["closes within the body", "resets within the body", "hangs within the body"])
@pytest.mark.parametrize("name", ["echo", "another"])
def test_a_long_answer_that_breaks_off_is_no_whole_answer(name, fault, tmp_path):
    with FaultyBackend() as backend:
        # Under another name its answers are collected whole; otherwise they are passed on as they come.
        version(tmp_path, 1, backend, model=name, version="1")
        text = "x" * 300_000
        with serving(tmp_path) as (_, send):
            assert answer(send(text)) == text
            backend.fault = fault
            for _ in range(3):
                began = time.monotonic()
                try:
                    response = send(text)
                except httpx2.RemoteProtocolError:
                    # The head was on its way already: the connection ends before the answer does.
                    pass
                else:
                    assert response.status_code in (502, 504) and response.json()["error"]
                assert time.monotonic() - began < PATIENCE
            backend.heal()
            until(lambda: answer(send(text)) == text)


def test_what_stands_behind_an_answer_is_never_the_answer_to_another_request(tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path, "--set", "threads=1") as (_, send):
            backend.behind = backend.answer_with(["somebody else's"])
            backend.fault = "states too short a length"
            for number in range(20):
                assert "somebody else's" not in send(str(number)).text
            backend.heal()
            until(lambda: answer(send("after")) == "after")
            assert [answer(send(str(number))) for number in range(20)] == [str(number) for number in range(20)]


def test_an_answer_that_is_cut_by_too_short_a_length_is_no_success(tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path) as (_, send):
            backend.fault = "states too short a length"
            response = send()
            assert response.status_code == 502 and response.json()["error"], response.text


# Streams of events


def test_a_stream_goes_on_beyond_the_time_of_other_answers(tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path, requestTimeout="1s") as (_, send):
            backend.events = (30, 0.1)
            began = time.monotonic()
            assert send().text == "".join(EVENT % number for number in range(30)) + DONE
            # Both the server's `total` and `requestTimeout` are 1 s.
            assert time.monotonic() - began > 2.9


@pytest.mark.parametrize("pause, least, most", [(0.1, 2, PATIENCE), (1, 0.4, 1.9)])
def test_a_stream_ends_with_an_error_after_its_own_time_or_when_nothing_comes(pause, least, most, tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend, timeouts=LIMITS | {"stream": "2s"})
        with serving(tmp_path) as (gateway, _):
            backend.events = (1000, pause)
            began, text = time.monotonic(), ""
            with pytest.raises(httpx2.RemoteProtocolError), httpx2.stream(
                "POST", f"http://{gateway.http}/v2/models/echo/infer", json=question("x"), timeout=20
            ) as response:
                for piece in response.iter_text():
                    text += piece
            assert least < time.monotonic() - began < most
            *events, error = text.strip().split("\n\n")
            assert events == [(EVENT % number).strip() for number in range(len(events))]
            assert json.loads(error.removeprefix("data: "))["error"]["message"]


def test_a_candidate_that_streams_for_as_long_as_live_does_is_not_out_of_time(tmp_path):
    with FaultyBackend() as live, FaultyBackend() as candidate:
        live.events = candidate.events = (1, 0.01)
        for number, backend in enumerate((live, candidate), 1):
            version(tmp_path, number, backend, kind="openai")
        manifest = {"slots": {"blue": 1, "green": 2}, "requestTimeout": "1s", "shadow": {"noise": "0%"}}
        chat = {"model": "echo", "messages": [{"role": "user", "content": "x"}], "stream": True}
        with serving(tmp_path, **manifest) as (gateway, _), Client(gateway.admin) as admin:
            live.events = candidate.events = (25, 0.1)
            response = httpx2.post(f"http://{gateway.http}/v1/chat/completions", json=chat, timeout=20)
            assert response.text.endswith(DONE)
            outcomes = settled(admin, "echo")["outcomes"]
            assert (outcomes["live"], outcomes["candidate"]) == ({"answered": 1}, {"answered": 1})


# D2: the candidate


@pytest.mark.parametrize("fault", ["refuses", "states too short a length", *FAULTS])
def test_a_candidate_that_goes_wrong_is_a_failed_pair_and_nothing_to_live_clients(fault, tmp_path):
    with FaultyBackend() as live, FaultyBackend() as candidate:
        version(tmp_path, 1, live)
        version(tmp_path, 2, candidate)
        manifest = {"slots": {"blue": 1, "green": 2}, "shadow": {"concurrency": 16}}
        with serving(tmp_path, **manifest) as (gateway, _), Client(gateway.admin) as admin:
            go_wrong(candidate, fault)
            with Load(gateway, 2, pause=0.01) as load:
                # A busy machine mirrors not all.
                until(lambda: counts_that_add_up(admin)["paired"] + counts_that_add_up(admin)["pending"] >= 40)
            assert load.asked and all(asked.text == asked.sent for asked in load.asked)
            trial = settled(admin, "echo")
            counts, outcomes = trial["coverage"]["counts"], trial["outcomes"]
            print(f"{fault}: {len(load.asked)} answered, {counts['paired']} pairs, {outcomes['candidate']}")
            assert outcomes["live"] == {"answered": counts["paired"]}
            assert sum(outcomes["candidate"].values()) == counts["paired"] >= 25
            assert set(outcomes["candidate"]) <= {"error", "timeout", "invalid"}
            with Operator(gateway) as operator:
                status, verdict = operator.call("GET", "/gate/echo")
                assert (status, verdict["decision"], verdict["promote"]) == (409, "reject", False)
                assert verdict["verdict"]["reasons"]
                assert operator.call("POST", "/admin/v1/models/echo/promote", {})[0] == 409


# D9: a slow candidate


def test_a_candidate_that_is_a_hundred_times_slower_costs_pairs_and_nothing_else(tmp_path):
    with FaultyBackend(delay=0.002) as live, FaultyBackend() as candidate:
        version(tmp_path, 1, live)
        version(tmp_path, 2, candidate, timeouts={})
        manifest = {"slots": {"blue": 1, "green": 2}, "shadow": {"queue": 16, "noise": "0%"}}
        with serving(tmp_path, **manifest) as (gateway, _), Client(gateway.admin) as admin:
            before, candidate.delay = candidate.count, 0.2
            with Load(gateway, 4, pause=0.005) as load:
                until(lambda: counts_that_add_up(admin)["sampled"] >= 600)
            assert len(load.asked) >= 600 and all(asked.text == asked.sent for asked in load.asked)
            trial = settled(admin, "echo")
            counts = trial["coverage"]["counts"]
            assert counts["sampled"] == len(load.asked)
            assert sum(counts["dropped"].values()) > 0
            assert trial["outcomes"]["candidate"] == {"answered": counts["paired"]}
            print(f"{len(load.asked)} answered, {counts['paired']} pairs, dropped {counts['dropped']}")
            # Each pair was asked for once, and nobody was asked for what was dropped.
            assert candidate.count == before + counts["paired"]


# D11: a storm of promotions


def test_in_a_storm_of_promotions_no_request_fails_or_starts_at_the_old_server_after_the_answer(tmp_path):
    with FaultyBackend(mark="-blue") as blue, FaultyBackend(mark="-green") as green:
        version(tmp_path, 1, blue)
        version(tmp_path, 2, green)
        with serving(tmp_path, slots={"blue": 1, "green": 2}) as (gateway, _), Operator(gateway) as operator:
            moves = [("-blue", float("-inf"), float("-inf"))]
            with Load(gateway, 3, pause=0.002) as load:
                begin = time.monotonic()
                while len(moves) <= 1000:
                    # Fifty each second, or as many as there can be.
                    time.sleep(max(0, begin + len(moves) / 50 - time.monotonic()))
                    promotes = len(moves) % 2 == 1
                    body = {"reason": "storm"} | ({"force": True} if promotes else {})
                    called = time.monotonic()
                    status, reply = operator.call(
                        "POST", f"/admin/v1/models/echo/{'promote' if promotes else 'rollback'}", body
                    )
                    assert status == 200, reply
                    moves.append(("-green" if promotes else "-blue", called, time.monotonic()))
                asked = len(load.asked)
                until(lambda: len(load.asked) > asked + 20)
            assert_never_the_old_side(load.asked, moves)
            audit = [row["action"] for row in operator.audit()]
            assert (audit.count("promote"), audit.count("rollback")) == (500, 500)


def assert_never_the_old_side(asked, moves):
    """`moves`: mark, when the move was called, when it was acknowledged. A side may answer what began before the move
    away from it was acknowledged and ended after the move to it was called."""
    acknowledged = [done for _, _, done in moves]
    strict = 0
    for one in asked:
        assert one.status == 200, one
        # The last move that was acknowledged when it began, and all that were called before it ended.
        index = bisect.bisect_left(acknowledged, one.began) - 1
        marks = {mark for mark, called, _ in itertools.islice(moves, index, index + 8) if called <= one.ended}
        assert index + 8 >= len(moves) or moves[index + 8][1] > one.ended, "slower than the storm"
        strict += len(marks) == 1
        assert one.text in {one.sent + mark for mark in marks}, (one, moves[index : index + 3])
    print(f"{len(asked)} answered by the right side, {len(moves) - 1} moves")
    # Most of them did not meet a move.
    assert strict > len(asked) / 4 and strict > 1000, (strict, len(asked))


# D7: a process that did not run


def test_a_gateway_that_stood_still_fails_nothing_and_says_so(tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend, timeouts={})
        with serving(tmp_path) as (gateway, _):
            with Load(gateway, 4) as kept, Load(gateway, 2, keeps=False) as opened:
                until(lambda: len(kept.asked) > 100 and len(opened.asked) > 50)
                os.kill(gateway.pid, signal.SIGSTOP)
                try:
                    # The fault itself.
                    time.sleep(2)
                finally:
                    os.kill(gateway.pid, signal.SIGCONT)
                resumed = time.monotonic()
                for load in (kept, opened):
                    until(lambda load=load: sum(asked.began > resumed for asked in load.asked) > 50)
            print(f"{len(kept.asked) + len(opened.asked)} answered")
            for asked in kept.asked + opened.asked:
                assert asked.text == asked.sent, asked
            # Some were on their way meanwhile.
            assert any(asked.ended - asked.began > 1.5 for asked in kept.asked)
            assert any(asked.ended - asked.began > 1.5 for asked in opened.asked)
            until(lambda: "the process did not run" in gateway.log())
            assert "an event loop is blocked" not in gateway.log()


# D8: more than can be answered


def test_three_times_what_can_be_answered_is_answered_or_refused_and_over_when_the_load_is(tmp_path):
    place = tmp_path / "models" / "sentiment"
    shutil.copytree(MODELS / "sentiment" / "1", place / "1")
    manifest = {"slots": {"blue": 1}, "live": "blue", "execution": "workers", "workers": 1}
    (place / "model.yaml").write_text(json.dumps(manifest))
    texts = [request["inputs"][0]["data"][0] for request in heldout("sentiment")[:128]]
    tensor = {"name": "text", "datatype": "BYTES", "shape": [len(texts)], "data": texts}
    body = json.dumps({"inputs": [tensor]}).encode()
    with Gateway(tmp_path, models=tmp_path / "models") as gateway:
        path = "/v2/models/sentiment/infer"
        with Load(gateway, 2, path=path, body=body) as load:
            until(lambda: len(load.asked) >= 60)
        begun = load.asked[20].ended
        saturation = len(load.asked[21:]) / (load.asked[-1].ended - begun)
        with Load(gateway, 64, path=path, body=body, rate=3 * saturation) as load:
            began = time.monotonic()
            until(lambda: time.monotonic() > began + 10)
        dropped = time.monotonic()
        offered = len(load.asked) / (dropped - began)
        statuses = collections.Counter(asked.status for asked in load.asked)
        assert set(statuses) == {200, 503}, statuses
        assert all(asked.retry for asked in load.asked if asked.status == 503)
        print(f"{saturation:.0f}/s can be answered, {offered:.0f}/s were asked: {dict(statuses)}")
        assert offered > 2 * saturation, "the clients are too slow to tell anything"
        with Load(gateway, 2, path=path, body=body, rate=saturation / 3) as load:
            until(lambda: sum(asked.began > dropped + 2 for asked in load.asked) >= 20)
        late = [asked for asked in load.asked if asked.began > dropped + 2]
        assert {asked.status for asked in late} == {200}, late
