"""Servers behind slots that go wrong: what clients see, what is asked again and what is not, and that it heals."""

import contextlib
import json
import threading
import time

import httpx2
import pytest
from captures import Client, settled, until
from faulty_backend import FAULTS, FaultyBackend
from gateway import Gateway, teal

LIMITS = {"connect": "300ms", "firstByte": "400ms", "idle": "400ms", "total": "1s"}
# Of all phases together, on a machine that has other things to do.
PATIENCE = 6


def version(folder, number, *backends, **keys):
    place = folder / "models" / "echo" / str(number)
    place.mkdir(parents=True)
    endpoints = [f"http://{backend.address}" for backend in backends]
    keys = {
        "kind": "openinference", "endpoints": endpoints, "timeouts": LIMITS, "answerBytes": "1MiB",
        "breaker": {"failures": 5, "openFor": "300ms", "most": "300ms"},
    } | keys
    # JSON is YAML.
    (place / "backend.yaml").write_text(json.dumps(keys))


@contextlib.contextmanager
def serving(folder, **manifest):
    (folder / "models" / "echo" / "model.yaml").write_text(json.dumps({"slots": {"blue": 1}, "live": "blue"} | manifest))
    with Gateway(folder, models=folder / "models") as gateway, httpx2.Client(timeout=20) as client:
        yield gateway, lambda text="x": ask(client, gateway, text)


def ask(client, gateway, text):
    body = {"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": [text]}]}
    return client.post(f"http://{gateway.http}/v2/models/echo/infer", json=body)


def answer(response):
    return response.json()["outputs"][0]["data"][0] if response.status_code == 200 else None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_live_server_that_goes_wrong_is_told_in_time_and_not_asked_twice_and_heals(fault, tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path) as (_, send):
            assert answer(send("before")) == "before"
            backend.fault, before = fault, backend.count
            # The end of a connection that was kept says nothing of the server: it does not count.
            for failures in range(7):
                began = time.monotonic()
                response = send()
                assert response.json()["error"]
                assert time.monotonic() - began < PATIENCE
                if response.status_code == 503:
                    break
                assert response.status_code == FAULTS[fault], response.text
            if fault.endswith("without end"):
                # That an answer is too large may be due to the request: the circuit stays closed.
                assert response.status_code == 502 and backend.count == before + 7
            else:
                # Each was sent once; then the circuit was open and nobody was asked any more.
                assert failures in (5, 6) and response.headers["retry-after"]
                assert backend.count == before + failures
            backend.heal()
            until(lambda: answer(send("after")) == "after")
            assert answer(send("again")) == "again"


def test_a_server_that_is_gone_is_told_and_heals_by_itself(tmp_path):
    with FaultyBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path) as (_, send):
            assert answer(send("before")) == "before"
            backend.refuse()
            statuses = [send().status_code for _ in range(8)]
            assert set(statuses) == {502, 503} and statuses[-1] == 503, statuses
            backend.heal()
            until(lambda: answer(send("after")) == "after")


@pytest.mark.parametrize("fault", ["resets when a request has come", "closes when a request has come"])
def test_what_may_be_sent_again_is_answered_by_the_other_endpoint(fault, tmp_path):
    with FaultyBackend(fault=fault) as bad, FaultyBackend() as good:
        version(tmp_path, 1, bad, good, idempotent=True)
        bad.fault = None
        with serving(tmp_path) as (_, send):
            bad.fault = fault
            assert [answer(send(str(number))) for number in range(20)] == [str(number) for number in range(20)]
            assert good.count >= 15


@pytest.mark.parametrize("fault", ["closes when a request has come", "never answers", "states two lengths"])
def test_a_candidate_that_goes_wrong_is_a_failed_pair_and_nothing_to_live_clients(fault, tmp_path):
    with FaultyBackend() as live, FaultyBackend() as candidate:
        version(tmp_path, 1, live)
        version(tmp_path, 2, candidate, breaker={"failures": 1000})
        with serving(tmp_path, slots={"blue": 1, "green": 2}) as (gateway, send), Client(gateway.admin) as admin:
            candidate.fault = fault
            for number in range(30):
                assert answer(send(str(number))) == str(number)
            counts = settled(admin, "echo")["coverage"]["counts"]
            dropped = sum(counts["dropped"].values()) if isinstance(counts["dropped"], dict) else counts["dropped"]
            assert counts["sampled"] == counts["paired"] + dropped
            assert counts["paired"] > 0
            pairs = admin.json("/admin/v1/models/echo/pairs?limit=50")["pairs"]
            assert pairs and all(pair["live"] == "answered" and pair["candidate"] != "answered" for pair in pairs)


def test_after_a_promotion_is_acknowledged_no_request_starts_at_the_old_server(tmp_path):
    with FaultyBackend(mark="-blue") as blue, FaultyBackend(mark="-green") as green:
        version(tmp_path, 1, blue)
        version(tmp_path, 2, green)
        with serving(tmp_path, slots={"blue": 1, "green": 2}) as (gateway, _):
            asked, stop = [], threading.Event()

            def load():
                with httpx2.Client(timeout=20) as client:
                    while not stop.is_set():
                        began = time.monotonic()
                        asked.append((began, answer(ask(client, gateway, "x"))))

            clients = [threading.Thread(target=load) for _ in range(4)]
            for client in clients:
                client.start()
            acknowledged = []
            for _ in range(15):
                for action, mark, old in (("promote", "x-green", "x-blue"), ("rollback", "x-blue", "x-green")):
                    force = ["--force"] if action == "promote" else []
                    called = time.monotonic()
                    teal(gateway, action, "echo", *force, "--reason", "test")
                    acknowledged.append((called, time.monotonic(), mark, old))
            stop.set()
            for client in clients:
                client.join()
            assert len(asked) > 100 and all(text for _, text in asked)
            for index, (_, done, mark, _) in enumerate(acknowledged):
                until_next = acknowledged[index + 1][0] if index + 1 < len(acknowledged) else float("inf")
                assert {text for began, text in asked if done < began < until_next} <= {mark}
