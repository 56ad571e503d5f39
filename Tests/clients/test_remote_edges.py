"""Remote slots: what servers are told of a request, what clients are told of servers, and starts and stops."""

import contextlib
import json
import os
import signal
import socket
import threading

import httpx2
import openai
import pytest
from captures import Client, settled, until
from gateway import Gateway, teal
from speaking_backend import SpeakingBackend

SIGNATURE = {
    "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1]}],
    "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1]}],
}
BODY = {"inputs": [{"name": "x", "datatype": "FP32", "shape": [2], "data": [1, 2]}]}
PLAIN = {"model": "here", "messages": [{"role": "user", "content": "?"}]}


def version(folder, number, backend, kind="openinference", path="", **keys):
    """Version `number` of `here`, which the server knows as `there`. JSON is YAML."""
    place = folder / "models" / "here" / str(number)
    place.mkdir(parents=True)
    keys = {"kind": kind, "model": "there", "endpoints": [f"http://{backend.address}{path}"]} | keys
    (place / "backend.yaml").write_text(json.dumps(keys))


@contextlib.contextmanager
def serving(folder, degraded=False, **manifest):
    (folder / "models" / "here" / "model.yaml").write_text(json.dumps({"slots": {"blue": 1}, "live": "blue"} | manifest))
    with Gateway(folder, models=folder / "models", degraded=degraded) as gateway:
        with httpx2.Client(base_url=f"http://{gateway.http}", timeout=20) as client:
            yield gateway, client


def slot(gateway, name):
    with Client(gateway.admin) as admin:
        status = admin.json("/admin/v1/models/here")
    return next(slot for slot in status["slots"] if slot["slot"] == name)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_server_that_comes_after_the_gateway_is_found_by_itself(tmp_path):
    late = SpeakingBackend(free_port())
    version(tmp_path, 1, late)
    with serving(tmp_path, degraded=True) as (gateway, client):
        assert client.get("/v2/health/ready").status_code == 503
        blue = slot(gateway, "blue")
        assert blue["state"] == "failed"
        assert "no answer from" in blue["detail"] and "tried again by itself" in blue["detail"]
        with late:
            until(lambda: client.get("/v2/health/ready").status_code == 200)
            assert client.post("/v2/models/here/infer", json=BODY).status_code == 200
            assert "tried again" not in slot(gateway, "blue")["detail"]


def test_a_slot_that_waits_for_its_server_can_be_given_another_version(tmp_path):
    late = SpeakingBackend(free_port())
    version(tmp_path, 1, late)
    with SpeakingBackend() as other:
        version(tmp_path, 2, other)
        with serving(tmp_path, degraded=True) as (gateway, client):
            teal(gateway, "load", "here", "blue", "--version", "2", "--wait")
            with late:
                assert client.post("/v2/models/here/infer", json=BODY).headers["teal-version"] == "2"
            assert slot(gateway, "blue")["version"] == 2


@pytest.mark.parametrize("path", ["", "/v1", "/v1/"])
def test_answers_of_openais_api_name_the_model_that_was_asked_for(path, tmp_path):
    with SpeakingBackend() as backend:
        version(tmp_path, 1, backend, kind="openai", path=path)
        with serving(tmp_path) as (gateway, _):
            with openai.OpenAI(base_url=f"http://{gateway.http}/v1", api_key="none", max_retries=0) as sdk:
                answer = sdk.chat.completions.create(**PLAIN)
                assert answer.model == "here"
                assert answer.choices[0].message.content == 'a "model":"there"'
                chunks = list(sdk.chat.completions.create(**PLAIN, stream=True))
                assert [chunk.model for chunk in chunks] == ["here"] * 3
                assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "ab"


def test_an_openai_version_takes_no_requests_of_another_protocol(tmp_path):
    with SpeakingBackend() as backend:
        version(tmp_path, 1, backend, kind="openai", budget={"calls": 0})
        with serving(tmp_path) as (_, client):
            before = len(backend.requests)
            answer = client.post("/v1/models/here:predict", json={"instances": [{"prompt": "a", "request": "{}"}]})
            assert answer.status_code == 501 and "no :predict requests" in answer.json()["error"]
            assert client.post("/v2/models/here/infer", json=BODY).status_code == 501
            assert len(backend.requests) == before


@pytest.mark.parametrize("kind", ["openinference", "openai", "kserve-v1"])
def test_the_server_is_told_which_requests_are_mirrored(kind, tmp_path):
    keys = {"signature": SIGNATURE} if kind == "kserve-v1" else {}
    with SpeakingBackend() as live, SpeakingBackend() as candidate:
        version(tmp_path, 1, live, kind=kind, **keys)
        version(tmp_path, 2, candidate, kind=kind, **keys)
        slots = {"blue": 1, "green": 2}
        with serving(tmp_path, slots=slots, shadow={"noise": "0%"}) as (gateway, client), Client(gateway.admin) as admin:
            target = "/v1/chat/completions" if kind == "openai" else "/v2/models/here/infer"
            for _ in range(5):
                assert client.post(target, json=PLAIN if kind == "openai" else BODY).status_code == 200
            assert settled(admin, "here")["coverage"]["counts"]["paired"] == 5
            assert len(candidate.asked("teal-shadow", "mirrored")) == 5
            assert not live.asked("teal-shadow", "mirrored")


@pytest.mark.parametrize("kind", ["openinference", "kserve-v1"])
@pytest.mark.parametrize("target", ["/v2/models/here/infer", "/v1/models/here:predict"])
def test_a_requests_id_goes_along_once_and_the_request_is_counted(kind, target, tmp_path):
    with SpeakingBackend() as backend:
        version(tmp_path, 1, backend, kind=kind, headers={"traceparent": "ours"}, signature=SIGNATURE)
        with serving(tmp_path) as (gateway, client):
            body = {"instances": [1, 2]} if target.endswith(":predict") else BODY
            headers = {"x-request-id": "seven", "traceparent": "theirs"}
            assert client.post(target, json=body, headers=headers).status_code == 200
            (head,) = backend.asked("x-request-id", "seven")
            assert [value for name, value in head if name == "traceparent"] == ["ours"]
            with httpx2.Client() as admin:
                page = admin.get(f"http://{gateway.admin}/metrics").text
            for state in ("sent", "answered"):
                assert f'teal_upstream_requests_total{{model="here",version="1",state="{state}"}} 1' in page


@pytest.mark.parametrize(
    ("kind", "platform"),
    [("openinference", "made_of_python"), ("kserve-v1", "teal_remote_kserve_v1"), ("openai", "teal_remote_openai")],
)
def test_metadata_names_what_answers(kind, platform, tmp_path):
    with SpeakingBackend() as backend:
        version(tmp_path, 1, backend, kind=kind, **({"signature": SIGNATURE} if kind == "kserve-v1" else {}))
        with serving(tmp_path) as (_, client):
            assert client.get("/v2/models/here").json()["platform"] == platform


def test_the_note_of_the_warm_up_hides_no_other(tmp_path):
    with SpeakingBackend() as backend:
        version(tmp_path, 1, backend, kind="kserve-v1", signature=SIGNATURE)
        with serving(tmp_path, compare={"outputs": {"z": {"comparator": "exact"}}}) as (gateway, _):
            detail = slot(gateway, "blue")["detail"]
            assert "how to compare z" in detail and "the signature is the one that backend.yaml declares" in detail


def test_a_model_is_not_ready_while_no_server_of_it_is_well_and_the_gateway_stays_ready(tmp_path):
    with SpeakingBackend() as backend:
        health = {"path": "/health", "interval": "50ms", "timeout": "1s"}
        version(tmp_path, 1, backend, health=health)
        with serving(tmp_path) as (gateway, client):
            assert client.get("/v2/models/here/ready").status_code == 200
            backend.health = 500
            until(lambda: client.get("/v2/models/here/ready").status_code == 503)
            assert client.get("/v2/health/ready").status_code == 200
            assert httpx2.get(f"http://{gateway.admin}/readyz").status_code == 200
            backend.health = 200
            until(lambda: client.get("/v2/models/here/ready").status_code == 200)


@pytest.mark.parametrize("kind", ["openinference", "kserve-v1"])
def test_a_model_is_not_ready_while_its_circuits_are_open(kind, tmp_path):
    with SpeakingBackend() as backend:
        keys = {"signature": SIGNATURE} if kind == "kserve-v1" else {}
        version(tmp_path, 1, backend, kind=kind, breaker={"failures": 1, "openFor": "1h", "most": "1h"}, **keys)
        with serving(tmp_path) as (_, client):
            assert client.get("/v2/models/here/ready").status_code == 200
            backend.status = 500
            # On one connection, which is on one event loop: of what is passed on each knows its own circuits only.
            assert client.post("/v2/models/here/infer", json=BODY).status_code == 500
            assert client.post("/v2/models/here/infer", json=BODY).status_code == 503
            assert client.get("/v2/models/here/ready").status_code == 503


def test_a_stop_does_not_wait_for_a_server_that_never_says_what_it_takes(tmp_path):
    with SpeakingBackend() as backend, socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(20)
        version(tmp_path, 1, backend)
        version(tmp_path, 2, backend, endpoints=["http://127.0.0.1:%d" % silent.getsockname()[1]])
        with serving(tmp_path) as (gateway, _):
            teal(gateway, "load", "here", "green", "--version", "2", "--no-wait")
            connection, _ = silent.accept()
            with connection:
                assert connection.recv(4) == b"GET "
                os.kill(gateway.pid, signal.SIGTERM)
                # Far from `firstByte`, 30 s.
                gateway.wait_for_end(seconds=10)


def test_a_gateway_that_drains_is_not_ready(tmp_path):
    with SpeakingBackend() as backend:
        version(tmp_path, 1, backend)
        with serving(tmp_path) as (gateway, client):
            backend.hold()
            answers = []
            asking = threading.Thread(
                target=lambda: answers.append(client.post("/v2/models/here/infer", json=BODY).status_code)
            )
            before = len(backend.requests)
            asking.start()
            until(lambda: len(backend.requests) > before)
            with httpx2.Client(base_url=f"http://{gateway.admin}") as admin:
                assert admin.get("/readyz").status_code == 200
                os.kill(gateway.pid, signal.SIGTERM)
                until(lambda: admin.get("/readyz").status_code == 503)
                assert admin.get("/livez").status_code == 200
            assert asking.is_alive() and gateway.is_running()
            backend.go()
            asking.join()
            assert answers == [200]
            gateway.wait_for_end()
