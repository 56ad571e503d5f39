"""Writes models in Teal's model repository format, and measures them as they are shipped."""

import hashlib
import json
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import ModelProto
from sklearn.metrics import accuracy_score, f1_score

# ONNX Runtime 1.17, the oldest one Teal accepts, reads opset 20 and IR 9; these are older still, so that the files
# also load elsewhere. The domain com.microsoft has the Tokenizer, which every build of ONNX Runtime contains.
OPSETS = {"": 17, "ai.onnx.ml": 3, "com.microsoft": 1}
IR_VERSION = 8

PROBABILITY_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Example:
    """One request with the answer that a person gave: `data` is the row of the only input."""

    id: str
    label: int | str
    data: list
    # Further parameters of the request, to file pairs under.
    more: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Input:
    """The only input of a model: V2 name and datatype, and the shape of one row without the batch dimension."""

    name: str
    datatype: str
    row_shape: tuple[int, ...] = ()

    def batch(self, examples: list[Example]) -> np.ndarray:
        dtype = object if self.datatype == "BYTES" else np.float32
        return np.array([example.data for example in examples], dtype=dtype).reshape(-1, *self.row_shape)


@dataclass(frozen=True)
class Answers:
    labels: np.ndarray
    probabilities: np.ndarray


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def write_model(folder: Path, description: str, segments: list[str]) -> None:
    write_text(folder / "model.yaml", "\n".join([
        f"description: {json.dumps(description)}",
        "slots: {blue: 1, green: 2}",
        "live: blue",
        "slotHeader: true",
        "warmup: warmup.jsonl",
        "# Held-out requests carry what they show: on which of them a candidate answers differently.",
        f"segments: [{', '.join(f'{{parameter: {name}}}' for name in segments)}]",
        "# Two versions are never alike to the last digit; what is below is called equal.",
        "compare: {outputs: {probabilities: {tolerance: 0.1}}}",
        "# A demonstration is no day of traffic: by default a trial has to cover 15 minutes of it.",
        "gate: {minimumTime: 5s}",
        "",
    ]))


def write_requests(path: Path, model_input: Input, examples: list[Example]) -> None:
    """One V2 infer request a line, as any client would send it; the label rides along as a parameter."""
    assert len({example.id for example in examples}) == len(examples), f"{path}: ids must be unique"
    lines = []
    for example in examples:
        tensor = {"name": model_input.name, "shape": [1, *model_input.row_shape], "datatype": model_input.datatype,
                  "data": example.data}
        request = {"id": example.id, "parameters": {"label": example.label} | example.more, "inputs": [tensor]}
        lines.append(json.dumps(request, ensure_ascii=False, separators=(",", ":")))
    write_text(path, "\n".join(lines) + "\n")


def write_version(folder: Path, description: str, model: ModelProto, metrics: dict[str, float]) -> None:
    content = serialize(model)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(content)
    write_text(folder / "version.yaml", "\n".join([
        f"description: {json.dumps(description)}",
        "metrics:",
        *(f"  {name}: {value:.4f}" for name, value in metrics.items()),
        f"sha256: {hashlib.sha256(content).hexdigest()}",
        "",
    ]))


def serialize(model: ModelProto) -> bytes:
    model.ir_version = IR_VERSION
    # The converter lists the domains in the order of a set of strings, which differs from process to process.
    model.opset_import.sort(key=lambda opset: opset.domain)
    return model.SerializeToString(deterministic=True)


def open_session(model: ModelProto) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(serialize(model), options, providers=["CPUExecutionProvider"])


def run(session: onnxruntime.InferenceSession, model_input: Input, batch: np.ndarray) -> Answers:
    return Answers(*session.run(["label", "probabilities"], {model_input.name: batch}))


def check_agreement(name: str, served: Answers, expected: Answers) -> None:
    """Stops the training when ONNX Runtime does not answer what scikit-learn answers."""
    labels = np.flatnonzero(served.labels != expected.labels)
    assert labels.size == 0, f"{name}: other labels than scikit-learn's in rows {labels[:5]}"
    distances = np.abs(served.probabilities - expected.probabilities).max(axis=1)
    worst = int(distances.argmax())
    assert distances[worst] <= PROBABILITY_TOLERANCE, f"{name}: row {worst} is {distances[worst]:.2e} off"


def check_rows(name: str, session: onnxruntime.InferenceSession, model_input: Input, batch: np.ndarray) -> None:
    """A row must get the same answer alone as in a batch: Teal batches requests of different clients."""
    together = run(session, model_input, batch)
    alone = [run(session, model_input, batch[row:row + 1]) for row in range(len(batch))]
    check_agreement(f"{name}, row by row", together, Answers(
        np.concatenate([answers.labels for answers in alone]),
        np.concatenate([answers.probabilities for answers in alone])))


def base_metrics(labels: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    return {"accuracy": accuracy_score(labels, predicted), "macro_f1": f1_score(labels, predicted, average="macro")}


def median_microseconds(session: onnxruntime.InferenceSession, model_input: Input, batch: np.ndarray) -> float:
    """Median time of one run of one row, called from Python (which adds some 5 microseconds of its own)."""
    times = []
    for row in range(len(batch)):
        feed = {model_input.name: batch[row:row + 1]}
        start = time.perf_counter_ns()
        session.run(None, feed)
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1000


def report(name: str, metrics: dict[str, float], size: int, microseconds: float) -> None:
    figures = "  ".join(f"{key} {value:.4f}" for key, value in metrics.items())
    print(f"{name:12} {figures}  {size / 1024:.0f} KiB  {microseconds:.1f} us a row", flush=True)
