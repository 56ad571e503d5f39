"""Which slot answers, as a client sees it."""

import http.client
import json

import pytest
from gateway import heldout


@pytest.fixture
def infer(gateway):
    """Sends one held-out digit and returns (status, headers, JSON body)."""
    connection = http.client.HTTPConnection(gateway.http, timeout=20)

    def infer(headers=None, path="/v2/models/digits/infer"):
        connection.request("POST", path, json.dumps(heldout("digits")[0]), headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, json.loads(answer.read())

    yield infer
    connection.close()


def test_every_answer_says_who_gave_it(infer):
    status, headers, body = infer()
    assert status == 200
    assert headers["teal-slot"] == "blue"
    assert headers["teal-version"] == body["model_version"] == "1"
    assert int(headers["teal-generation"]) > 0


@pytest.mark.parametrize(("slot", "version"), [("blue", "1"), ("green", "2")])
def test_a_request_may_choose_its_slot(infer, slot, version):
    status, headers, body = infer({"teal-slot": slot})
    assert status == 200
    assert headers["teal-slot"] == slot
    assert headers["teal-version"] == body["model_version"] == version


def test_an_unknown_slot_is_refused(infer):
    status, _, body = infer({"teal-slot": "red"})
    assert status == 400
    assert "blue or green" in body["error"]


def test_a_version_held_by_the_candidate_is_answered_by_it(infer):
    status, headers, body = infer(path="/v2/models/digits/versions/2/infer")
    assert status == 200
    assert headers["teal-slot"] == "green"
    assert body["model_version"] == "2"


def test_the_choice_of_one_request_does_not_stick(infer):
    infer({"teal-slot": "green"})
    assert infer()[1]["teal-slot"] == "blue"
