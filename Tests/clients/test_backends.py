"""The servers that other tests put behind remote slots, asked directly: each is what it is taken for."""

import http.client
import json

import numpy
import openai
import pytest
import tritonclient.http
from backends import SIGNATURE
from gateway import claimed_accuracy, heldout

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]


def ask(backend, method, path, body=None):
    """Status and JSON body of the answer."""
    connection = http.client.HTTPConnection(backend.address, timeout=20)
    connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content)


@pytest.fixture(scope="session")
def chat(language_model):
    with openai.OpenAI(base_url=f"http://{language_model.address}/v1", api_key="none", max_retries=0) as client:
        yield client


def test_mlserver_describes_the_model(sentiment_server):
    status, metadata = ask(sentiment_server, "GET", "/v2/models/sentiment/versions/1")
    assert status == 200
    for side in ("inputs", "outputs"):
        described = [{key: tensor[key] for key in ("name", "datatype", "shape")} for tensor in metadata[side]]
        assert described == SIGNATURE[side]


@pytest.mark.parametrize("version", ["1", "2"])
def test_mlserver_answers_as_accurately_as_the_manifest_states(sentiment_server, version):
    requests = heldout("sentiment")
    tensor = tritonclient.http.InferInput("text", [len(requests)], "BYTES")
    texts = [request["inputs"][0]["data"][0] for request in requests]
    tensor.set_data_from_numpy(numpy.array(texts, dtype=object), binary_data=False)
    labels = tritonclient.http.InferRequestedOutput("label", binary_data=False)
    with tritonclient.http.InferenceServerClient(sentiment_server.address) as client:
        answer = client.infer("sentiment", [tensor], outputs=[labels], model_version=version)
    right = [label == request["parameters"]["label"] for label, request in zip(answer.as_numpy("label"), requests)]
    assert numpy.mean(right) == pytest.approx(claimed_accuracy("sentiment", version), abs=1e-4)


def test_mlserver_refuses_in_the_shape_of_v2(sentiment_server):
    body = {"inputs": [{"name": "other", "datatype": "BYTES", "shape": [1], "data": ["x"]}]}
    assert ask(sentiment_server, "POST", "/v2/models/nobody/infer", body)[0] == 404
    status, answer = ask(sentiment_server, "POST", "/v2/models/sentiment/infer", body)
    assert status == 400
    assert "expected one input named text" in answer["error"]


def test_the_language_model_lists_itself(chat):
    assert [model.id for model in chat.models.list()] == ["smollm2"]


def test_a_streamed_chat_says_what_a_plain_one_says(chat):
    wanted = {"model": "smollm2", "messages": QUESTION, "temperature": 0, "max_tokens": 12}
    plain = chat.chat.completions.create(**wanted)
    chunks = list(chat.chat.completions.create(**wanted, stream=True, stream_options={"include_usage": True}))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert plain.choices[0].message.content == "".join(pieces) != ""
    assert sum(piece != "" for piece in pieces) > 1
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == plain.usage.completion_tokens == 12
    assert {chunk.choices[0].finish_reason for chunk in chunks if chunk.choices} == {None, "length"}


def test_the_language_model_completes_text(chat):
    answer = chat.completions.create(model="smollm2", prompt="The capital of France is", temperature=0, max_tokens=4)
    assert "Paris" in answer.choices[0].text


def test_embeddings_are_unit_vectors_of_their_texts(chat):
    texts = ["A cat sat on the mat.", "Interest rates rose by two per cent.", "A cat sat on the mat."]
    answer = chat.embeddings.create(model="smollm2", input=texts, encoding_format="float")
    cat, bank, again = numpy.array([row.embedding for row in answer.data])
    assert numpy.linalg.norm(cat) == pytest.approx(1, abs=1e-3)
    assert cat @ again == pytest.approx(1, abs=1e-3)
    assert cat @ bank < 0.99


def test_the_language_model_refuses_in_the_shape_of_openai(chat):
    with pytest.raises(openai.BadRequestError) as refused:
        chat.chat.completions.create(model="smollm2", messages=[{"role": "nobody"}])
    assert refused.value.body["message"]


def test_nginx_gives_everybody_the_same_answer(static_answers):
    for path in ("/v2/models/digits/infer", "/v2/models/digits/versions/2/infer"):
        assert ask(static_answers, "POST", path, {"inputs": []}) == (200, {"outputs": []})
