"""Remote slots: servers of others behind Teal, asked by clients of others."""

import http.client
import json
import shutil
import threading
import time

import httpx2
import numpy
import openai
import pytest
import tritonclient.http
from captures import Client, settled, until
from gateway import MODELS, Gateway, heldout, teal

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
PLAIN = {"model": "chat", "messages": QUESTION, "temperature": 0, "max_tokens": 12}


def backend(folder, number, **keys):
    """A version that a server answers for. JSON is YAML."""
    place = folder / str(number)
    place.mkdir(parents=True)
    (place / "backend.yaml").write_text(json.dumps(keys))


def manifest(folder, **keys):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.yaml").write_text(json.dumps(keys))


def v2(server, **keys):
    return {"kind": "openinference", "model": "sentiment", "endpoints": [f"http://{server.address}"]} | keys


@pytest.fixture(scope="module")
def sentiment(sentiment_server, tmp_path_factory):
    """Version 1 runs at MLServer, version 2 in the process; both under the name `mood`."""
    folder = tmp_path_factory.mktemp("remote")
    models = folder / "models" / "mood"
    manifest(models, slots={"blue": 1, "green": 2}, live="blue", slotHeader=True)
    backend(models, 1, **v2(sentiment_server, version="1"))
    shutil.copytree(MODELS / "sentiment" / "2", models / "2")
    with Gateway(folder, models=folder / "models") as gateway:
        yield gateway


@pytest.fixture(scope="module")
def chat(language_model, tmp_path_factory):
    """One language model in both slots."""
    folder = tmp_path_factory.mktemp("chat")
    models = folder / "models" / "chat"
    manifest(models, slots={"blue": 1, "green": 2}, live="blue")
    keys = {
        "kind": "openai", "model": "smollm2", "endpoints": [f"http://{language_model.address}"],
        "headers": {"authorization": "Bearer secret"},
    }
    backend(models, 1, **keys)
    backend(models, 2, **keys, budget={"calls": 1000})
    with Gateway(folder, models=folder / "models") as gateway:
        yield gateway


@pytest.fixture(scope="module")
def sdk(chat):
    with openai.OpenAI(base_url=f"http://{chat.http}/v1", api_key="none", max_retries=0) as client:
        yield client


def infer(client, texts, binary, **keys):
    tensor = tritonclient.http.InferInput("text", [len(texts)], "BYTES")
    tensor.set_data_from_numpy(numpy.array(texts, dtype=object), binary_data=binary)
    return client.infer("mood", [tensor], **keys)


def test_a_remote_version_answers_v2_clients_under_our_name_for_it(sentiment):
    texts = [request["inputs"][0]["data"][0] for request in heldout("sentiment")[:20]]
    with tritonclient.http.InferenceServerClient(sentiment.http) as client:
        assert client.is_model_ready("mood")
        metadata = client.get_model_metadata("mood")
        assert [tensor["name"] for tensor in metadata["inputs"]] == ["text"]
        answer = infer(client, texts, False)
        assert answer.get_response()["model_name"] == "mood"
        assert answer.get_response()["model_version"] == "1"
        own = infer(client, texts, False, headers={"teal-slot": "green"})
        assert own.get_response()["model_version"] == "2"
        agreeing = [one == str(other, "utf-8") for one, other in zip(answer.as_numpy("label"), own.as_numpy("label"))]
        assert numpy.mean(agreeing) > 0.7


def test_pairs_of_a_remote_and_a_local_version_are_compared(sentiment):
    with Client(sentiment.http) as client, Client(sentiment.admin) as admin:
        for request in heldout("sentiment")[:60]:
            client.infer("mood", request)
        counts = settled(admin, "mood")["coverage"]["counts"]
        assert counts["paired"] > 30
        pairs = admin.json("/admin/v1/models/mood/pairs?limit=5")["pairs"]
        assert all(pair["live"] == pair["candidate"] == "answered" for pair in pairs)


def test_promotions_between_a_local_and_a_remote_version_lose_no_request(sentiment):
    errors, answered, stop = [], [0], threading.Event()

    def ask():
        with httpx2.Client(timeout=20) as client:
            while not stop.is_set():
                answer = client.post(f"http://{sentiment.http}/v2/models/mood/infer", json=heldout("sentiment")[0])
                if answer.status_code != 200:
                    errors.append(answer.text)
                answered[0] += 1

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    for _ in range(10):
        teal(sentiment, "promote", "mood", "--force", "--reason", "test")
        teal(sentiment, "rollback", "mood", "--reason", "test")
    stop.set()
    for thread in asking:
        thread.join()
    assert not errors and answered[0] > 20, errors[:3]


def test_a_chat_is_answered_and_names_our_model_in_the_list(chat, sdk):
    assert [model.id for model in sdk.models.list()] == ["chat"]
    answer = sdk.chat.completions.create(**PLAIN)
    assert answer.choices[0].message.content
    assert answer.usage.completion_tokens == 12


def test_a_streamed_chat_says_what_a_plain_one_says(sdk):
    plain = sdk.chat.completions.create(**PLAIN)
    chunks = list(sdk.chat.completions.create(**PLAIN, stream=True, stream_options={"include_usage": True}))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert plain.choices[0].message.content == "".join(pieces) != ""
    assert sum(piece != "" for piece in pieces) > 1
    assert chunks[-1].usage.completion_tokens == 12


def test_completions_pass_through(sdk):
    answer = sdk.completions.create(model="chat", prompt="The capital of France is", temperature=0, max_tokens=4)
    assert "Paris" in answer.choices[0].text


def test_an_unknown_model_and_a_wrong_request_are_refused_in_the_shape_of_openai(sdk):
    with pytest.raises(openai.NotFoundError) as unknown:
        sdk.chat.completions.create(model="nobody", messages=QUESTION)
    assert unknown.value.body["type"] and "nobody" in unknown.value.body["message"]
    with pytest.raises(openai.BadRequestError) as refused:
        sdk.chat.completions.create(model="chat", messages=[{"role": "nobody"}])
    assert refused.value.body["message"]


def test_streamed_answers_become_pairs_with_text_and_times(chat, sdk):
    for index in range(4):
        list(sdk.chat.completions.create(**PLAIN | {"messages": [{"role": "user", "content": f"Count to {index + 3}."}]},
                                         stream=True))
    with Client(chat.admin) as admin:
        until(lambda: settled(admin, "chat")["coverage"]["counts"]["paired"] >= 4)
        found = admin.json("/admin/v1/models/chat/pairs?limit=1")["pairs"][0]
        pair = admin.json(f"/admin/v1/models/chat/pairs/{found['id']}")
        text = json.dumps(pair)
        assert all(word in text for word in ("text", "finish_reason", "first_token_ms", "longest_gap_ms"))
        assert "Bearer secret" not in text


def test_the_first_piece_of_a_stream_comes_before_its_end(chat):
    connection = http.client.HTTPConnection(chat.http, timeout=30)
    body = json.dumps(PLAIN | {"stream": True, "max_tokens": 60})
    connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.getheader("content-type").startswith("text/event-stream")
    began = time.monotonic()
    assert answer.readline()
    first = time.monotonic() - began
    answer.read()
    assert first < time.monotonic() - began
    connection.close()


def test_a_client_that_goes_away_ends_the_answer_at_the_server(chat, language_model):
    connection = http.client.HTTPConnection(chat.http, timeout=30)
    body = json.dumps(PLAIN | {"stream": True, "max_tokens": 2000, "ignore_eos": True})
    connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
    connection.getresponse().readline()
    connection.close()
    # The server answers two at a time: what still ran would hold up these.
    with openai.OpenAI(base_url=f"http://{chat.http}/v1", api_key="none", max_retries=0, timeout=20) as client:
        for _ in range(3):
            client.chat.completions.create(**PLAIN | {"max_tokens": 2})


def test_a_server_that_has_gone_is_told_in_time_and_healed_by_its_return(sentiment_server, tmp_path):
    models = tmp_path / "models" / "mood"
    manifest(models, slots={"blue": 1}, live="blue")
    backend(
        models, 1,
        **v2(sentiment_server, version="1", timeouts={"connect": "300ms", "firstByte": "500ms", "total": "1s"}),
    )
    with Gateway(tmp_path, models=tmp_path / "models") as gateway, httpx2.Client(timeout=10) as client:
        def ask():
            return client.post(f"http://{gateway.http}/v2/models/mood/infer", json=heldout("sentiment")[0])

        assert ask().status_code == 200
        sentiment_server.pause()
        try:
            began = time.monotonic()
            answer = ask()
            assert answer.status_code == 504 and "error" in answer.json()
            assert time.monotonic() - began < 5
        finally:
            sentiment_server.resume()
        until(lambda: ask().status_code == 200)


def test_a_version_whose_server_is_not_there_does_not_load(tmp_path):
    models = tmp_path / "models" / "mood"
    manifest(models, slots={"blue": 1}, live="blue")
    backend(models, 1, kind="openinference", endpoints=["http://127.0.0.1:1"])
    with Gateway(tmp_path, models=tmp_path / "models", degraded=True) as gateway:
        assert "no answer from http://127.0.0.1:1" in gateway.log()


def test_static_answers_of_a_plain_server_are_refused_as_a_model(static_answers, tmp_path):
    models = tmp_path / "models" / "mood"
    manifest(models, slots={"blue": 1}, live="blue")
    backend(models, 1, kind="openinference", endpoints=[f"http://{static_answers.address}"])
    with Gateway(tmp_path, models=tmp_path / "models", degraded=True) as gateway:
        assert "does not say what model 'mood' takes" in gateway.log()
