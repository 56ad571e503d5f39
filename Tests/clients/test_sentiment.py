"""BYTES tensors in, as JSON strings and as length-prefixed binary."""

import numpy
import pytest
from gateway import claimed_accuracy, heldout
from tritonclient.http import InferInput, InferRequestedOutput

TEXTS = [
    "I loved every minute of it.",
    "Naïve, çok kötü – 退屈だった 😀 \"quoted\" \\ back\\slash \u2028 \t tab",
    "",
    "a" * 20_000,
]


def text_input(texts, binary=True):
    tensor = InferInput("text", [len(texts)], "BYTES")
    tensor.set_data_from_numpy(numpy.array([text.encode() for text in texts], dtype=object), binary_data=binary)
    return [tensor]


def probabilities(client, texts, binary_in=True, binary_out=True):
    result = client.infer(
        "sentiment",
        text_input(texts, binary=binary_in),
        outputs=[InferRequestedOutput("probabilities", binary_data=binary_out)],
    )
    return result.as_numpy("probabilities").astype(numpy.float32)


def as_text(label):
    """tritonclient gives BYTES as bytes when they came in binary and as str when they came in JSON."""
    return label.decode() if isinstance(label, bytes) else label


@pytest.mark.parametrize("text", TEXTS, ids=["ascii", "non-ascii", "empty", "long"])
@pytest.mark.parametrize("binary_in", [False, True], ids=["json-in", "binary-in"])
@pytest.mark.parametrize("binary_out", [False, True], ids=["json-out", "binary-out"])
def test_every_encoding_gives_the_same_numbers(client, text, binary_in, binary_out):
    answer = probabilities(client, [text], binary_in, binary_out)
    assert answer.shape[0] == 1
    assert answer.sum() == pytest.approx(1, abs=1e-5)
    assert numpy.array_equal(answer, probabilities(client, [text]))


def test_a_batch_answers_as_its_rows_do(client):
    texts = [request["inputs"][0]["data"][0] for request in heldout("sentiment")[:32]]
    batch = probabilities(client, texts)
    assert batch.shape[0] == 32
    for row, text in enumerate(texts):
        assert batch[row] == pytest.approx(probabilities(client, [text])[0], abs=1e-5)


@pytest.mark.parametrize("binary_out", [False, True], ids=["json-out", "binary-out"])
def test_labels_are_texts(client, binary_out):
    wanted = [InferRequestedOutput("label", binary_data=binary_out)]
    labels = client.infer("sentiment", text_input(TEXTS), outputs=wanted).as_numpy("label")
    assert labels.shape == (len(TEXTS),)
    assert {as_text(label) for label in labels} <= {"negative", "positive"}


@pytest.mark.parametrize("version", ["1", "2"])
def test_held_out_accuracy_is_what_the_manifest_states(client, version):
    texts = [request["inputs"][0]["data"][0] for request in heldout("sentiment")]
    expected = [request["parameters"]["label"] for request in heldout("sentiment")]
    labels = client.infer("sentiment", text_input(texts), model_version=version).as_numpy("label")
    accuracy = numpy.mean([as_text(label) == right for label, right in zip(labels, expected)])
    assert accuracy == pytest.approx(claimed_accuracy("sentiment", version), abs=1e-4)
