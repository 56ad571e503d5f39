"""FP32 tensors in and out, as JSON and as binary tensor data."""

import http.client
import json

import numpy
import pytest
from gateway import claimed_accuracy
from tritonclient.http import InferInput, InferRequestedOutput


def digits_input(rows, binary=True):
    tensor = InferInput("x", list(rows.shape), "FP32")
    tensor.set_data_from_numpy(rows, binary_data=binary)
    return [tensor]


def outputs(*names, binary=True):
    return [InferRequestedOutput(name, binary_data=binary) for name in names]


@pytest.mark.parametrize("binary_in", [False, True], ids=["json-in", "binary-in"])
@pytest.mark.parametrize("binary_out", [False, True], ids=["json-out", "binary-out"])
def test_every_encoding_gives_the_same_numbers(client, digits, binary_in, binary_out):
    reference = client.infer("digits", digits_input(digits[:1]))
    result = client.infer(
        "digits",
        digits_input(digits[:1], binary=binary_in),
        outputs=outputs("label", "probabilities", binary=binary_out),
    )
    label, probabilities = result.as_numpy("label"), result.as_numpy("probabilities")
    assert label.dtype == numpy.int64 and label.shape == (1,)
    assert probabilities.shape == (1, 10)
    assert probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert label[0] == probabilities[0].argmax()
    # JSON numbers are written in shortest round-trip form: not one bit may be lost on the way.
    assert numpy.array_equal(probabilities.astype(numpy.float32), reference.as_numpy("probabilities"))


def test_encodings_can_be_mixed_within_one_answer(client, digits):
    mixed = outputs("label", binary=False) + outputs("probabilities", binary=True)
    result = client.infer("digits", digits_input(digits[:2]), outputs=mixed)
    assert result.as_numpy("label").shape == (2,)
    assert result.as_numpy("probabilities").shape == (2, 10)


def test_only_the_outputs_asked_for_come_back(client, digits):
    result = client.infer("digits", digits_input(digits[:1]), outputs=outputs("label"))
    assert [output["name"] for output in result.get_response()["outputs"]] == ["label"]
    assert result.as_numpy("probabilities") is None


def test_answer_names_request_model_and_version(client, digits):
    response = client.infer("digits", digits_input(digits[:1]), request_id="order-66 ü").get_response()
    assert response["id"] == "order-66 ü"
    assert response["model_name"] == "digits"
    assert response["model_version"] == "1"


def test_a_batch_answers_as_its_rows_do(client, digits):
    batch = client.infer("digits", digits_input(digits[:32]))
    assert batch.as_numpy("label").shape == (32,)
    for row in range(32):
        alone = client.infer("digits", digits_input(digits[row : row + 1]))
        assert batch.as_numpy("label")[row] == alone.as_numpy("label")[0]
        assert batch.as_numpy("probabilities")[row] == pytest.approx(alone.as_numpy("probabilities")[0], abs=1e-5)


@pytest.mark.parametrize("version", ["1", "2"])
def test_held_out_accuracy_is_what_the_manifest_states(client, digits, digit_labels, version):
    labels = client.infer("digits", digits_input(digits), model_version=version).as_numpy("label")
    assert (labels == digit_labels).mean() == pytest.approx(claimed_accuracy("digits", version), abs=1e-4)


def test_a_hundred_requests_in_flight_keep_their_identity(client, digits):
    expected = client.infer("digits", digits_input(digits[:100])).as_numpy("label")
    pending = [
        client.async_infer("digits", digits_input(digits[index : index + 1]), request_id=str(index))
        for index in range(100)
    ]
    for index, request in enumerate(pending):
        result = request.get_result(timeout=20)
        assert result.get_response()["id"] == str(index)
        assert result.as_numpy("label")[0] == expected[index]


def test_version_in_the_path(client, digits):
    response = client.infer("digits", digits_input(digits[:1]), model_version="1").get_response()
    assert response["model_version"] == "1"


def test_a_client_that_accepts_gzip_is_answered(client, digits):
    result = client.infer("digits", digits_input(digits[:1]), response_compression_algorithm="gzip")
    assert result.as_numpy("label").shape == (1,)


def test_a_body_that_is_the_tensor_itself(gateway, client, digits):
    connection = http.client.HTTPConnection(gateway.http, timeout=20)
    connection.request(
        "POST", "/v2/models/digits/infer", digits[0].tobytes(), {"Inference-Header-Content-Length": "0"}
    )
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    head = json.loads(body[: int(answer.headers["inference-header-content-length"])])
    sizes = [output["parameters"]["binary_data_size"] for output in head["outputs"]]
    assert int(answer.headers["inference-header-content-length"]) + sum(sizes) == len(body)
    connection.close()


@pytest.mark.parametrize("nested", [False, True], ids=["flat", "nested"])
def test_json_data_may_be_flat_or_nested(gateway, client, digits, nested):
    rows = digits[:3]
    request = {
        "inputs": [
            {
                "name": "x",
                "shape": [3, 64],
                "datatype": "FP32",
                "data": rows.tolist() if nested else rows.ravel().tolist(),
            }
        ],
        "outputs": [{"name": "label"}],
    }
    connection = http.client.HTTPConnection(gateway.http, timeout=20)
    connection.request("POST", "/v2/models/digits/infer", json.dumps(request))
    answer = json.load(connection.getresponse())
    assert answer["outputs"][0]["data"] == client.infer("digits", digits_input(rows)).as_numpy("label").tolist()
    connection.close()
