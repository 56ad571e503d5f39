import pytest
from tritonclient.utils import InferenceServerException


def test_server_is_live_and_ready(client):
    assert client.is_server_live()
    assert client.is_server_ready()


@pytest.mark.parametrize("model", ["digits", "sentiment"])
def test_models_are_ready(client, model):
    assert client.is_model_ready(model)
    assert client.is_model_ready(model, model_version="1")


def test_unknown_model_and_version_are_not_ready(client):
    assert not client.is_model_ready("no-such-model")
    assert not client.is_model_ready("digits", model_version="999")


def test_server_metadata_names_its_extensions(client):
    metadata = client.get_server_metadata()
    assert metadata["name"] == "teal"
    assert metadata["version"]
    assert "binary_tensor_data" in metadata["extensions"]


def test_digits_metadata(client):
    metadata = client.get_model_metadata("digits")
    assert metadata["name"] == "digits"
    assert "1" in metadata["versions"]
    assert metadata["platform"] == "onnx_onnxv1"
    assert metadata["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [-1, 64]}]
    assert sorted(metadata["outputs"], key=lambda tensor: tensor["name"]) == [
        {"name": "label", "datatype": "INT64", "shape": [-1]},
        {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]},
    ]


def test_sentiment_metadata(client):
    metadata = client.get_model_metadata("sentiment")
    assert metadata["inputs"] == [{"name": "text", "datatype": "BYTES", "shape": [-1]}]
    assert sorted(metadata["outputs"], key=lambda tensor: tensor["name"]) == [
        {"name": "label", "datatype": "BYTES", "shape": [-1]},
        {"name": "probabilities", "datatype": "FP32", "shape": [-1, 2]},
    ]


def test_metadata_of_one_version(client):
    assert client.get_model_metadata("digits", model_version="1")["name"] == "digits"


def test_metadata_of_an_unknown_model_is_not_found(client):
    with pytest.raises(InferenceServerException, match="no-such-model") as raised:
        client.get_model_metadata("no-such-model")
    assert raised.value.status() == "404"
