"""What a client library shows its user when the request was wrong."""

import re

import numpy
import pytest
from tritonclient.http import InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException


def tensor(name="x", shape=(1, 64), datatype="FP32", dtype=numpy.float32):
    value = InferInput(name, list(shape), datatype)
    value.set_data_from_numpy(numpy.zeros(shape, dtype=dtype))
    return value


MISTAKES = {
    "unknown-model": ({"model_name": "no-such-model"}, "404", "no-such-model"),
    "unknown-version": ({"model_version": "999"}, "404", "999"),
    "unknown-input": ({"inputs": [tensor(name="y")]}, "400", "y"),
    "missing-input": ({"inputs": []}, "400", "input"),
    "input-twice": ({"inputs": [tensor(), tensor()]}, "400", "x"),
    "extra-input": ({"inputs": [tensor(), tensor(name="y")]}, "400", "y"),
    "too-few-columns": ({"inputs": [tensor(shape=(1, 63))]}, "400", "63"),
    "too-many-dimensions": ({"inputs": [tensor(shape=(1, 1, 64))]}, "400", "shape|rank|dimension"),
    "wrong-datatype": ({"inputs": [tensor(datatype="FP64", dtype=numpy.float64)]}, "400", "FP64"),
    "unknown-output": ({"outputs": [InferRequestedOutput("colour")]}, "400", "colour"),
    "compressed-body": ({"request_compression_algorithm": "gzip"}, "4(00|15)", "gzip|encoding|compress"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_in_the_exception(client, mistake):
    changed, status, message = MISTAKES[mistake]
    request = {"model_name": "digits", "inputs": [tensor()]} | changed
    with pytest.raises(InferenceServerException, match=f"(?i){message}") as raised:
        client.infer(**request)
    assert re.fullmatch(status, raised.value.status())


def test_the_connection_survives_a_mistake(client):
    for _ in range(20):
        with pytest.raises(InferenceServerException):
            client.infer("digits", [tensor(shape=(1, 63))])
        assert client.infer("digits", [tensor()]).as_numpy("label").shape == (1,)
