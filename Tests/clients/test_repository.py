"""The V2 repository routes. They change what is served, so these tests have a gateway of their own."""

import pytest
import tritonclient.http
from tritonclient.utils import InferenceServerException


@pytest.fixture(scope="module")
def controlled(start_gateway):
    with start_gateway("--repository-control") as gateway:
        yield gateway


@pytest.fixture(scope="module")
def owner(controlled):
    with tritonclient.http.InferenceServerClient(controlled.http, network_timeout=20) as client:
        yield client


def test_the_index_lists_every_model_with_its_state(client):
    index = client.get_model_repository_index()
    ready = {entry["name"] for entry in index if entry["state"] == "READY"}
    assert {"digits", "sentiment"} <= ready


@pytest.mark.parametrize("verb", ["load_model", "unload_model"])
def test_clients_may_not_change_what_is_served_by_default(client, verb):
    with pytest.raises(InferenceServerException, match="repository-control") as raised:
        getattr(client, verb)("digits")
    assert raised.value.status() == "403"
    assert client.is_model_ready("digits")


def test_unload_and_load(controlled, owner):
    owner.unload_model("sentiment")
    assert not owner.is_model_ready("sentiment")
    assert owner.is_model_ready("digits")
    owner.load_model("sentiment")
    assert owner.is_model_ready("sentiment")


def test_loading_a_ready_model_again_keeps_it_ready(controlled, owner):
    owner.load_model("digits")
    assert owner.is_model_ready("digits")


@pytest.mark.parametrize("verb", ["load_model", "unload_model"])
def test_an_unknown_model_is_refused(controlled, owner, verb):
    with pytest.raises(InferenceServerException, match="no-such-model") as raised:
        getattr(owner, verb)("no-such-model")
    assert raised.value.status() in {"400", "404"}
