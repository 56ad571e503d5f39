"""BYTES tensors in, as JSON strings and as length-prefixed binary."""

import numpy
import pytest
from gateway import heldout
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


def test_labels_come_in_one_row_per_text(client):
    result = client.infer("sentiment", text_input(TEXTS))
    assert result.as_numpy("label").shape == (len(TEXTS),)
    assert result.as_numpy("probabilities").shape[0] == len(TEXTS)
