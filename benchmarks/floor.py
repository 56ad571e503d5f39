"""What a bare ONNX Runtime call costs for each bundled model version: the part no gateway can save."""

import shutil
import statistics
import struct
import subprocess

from servers import MODELS, ROOT, WORK, Placement, on_cores
from workloads import heldout

LIBRARY = ROOT / ".deps" / "onnxruntime" / "libonnxruntime.so"
BRIDGE = ROOT / "Sources" / "COnnxRuntime"
REPETITIONS = 10
# model -> kind of input, input, outputs, calls per repetition
MODELS_AND_TENSORS = {
    "digits": ("float", "x", ["label", "probabilities"], 5000),
    "sentiment": ("text", "text", ["label", "probabilities"], 1000),
}


def build():
    program = WORK / "onnx_floor"
    compiler = shutil.which("clang") or "cc"
    subprocess.run(
        [
            compiler, "-O2", "-Wall", "-Wextra", "-Wno-nullability-completeness", "-I", BRIDGE / "include",
            ROOT / "benchmarks" / "onnx_floor.c", BRIDGE / "onnxruntime.c", "-ldl", "-o", program,
        ],
        check=True,
    )
    return program


def write_rows(model, kind):
    path = WORK / f"{model}.rows"
    with open(path, "wb") as file:
        for request in heldout(model):
            data = request["inputs"][0]["data"]
            row = data[0].encode() if kind == "text" else struct.pack(f"<{len(data)}f", *data)
            file.write(struct.pack("<I", len(row)) + row)
    return path


def measure(versions=(1, 2)):
    WORK.mkdir(parents=True, exist_ok=True)
    program = build()
    results = []
    print("bare ONNX Runtime call, processor time in us: median (min-max)")
    for model, (kind, tensor, outputs, calls) in MODELS_AND_TENSORS.items():
        rows = write_rows(model, kind)
        for version in versions:
            command = [
                program, LIBRARY, MODELS / model / str(version) / "model.onnx", kind, tensor, rows, str(calls),
                str(REPETITIONS), *outputs,
            ]
            printed = subprocess.run(
                command, check=True, stdout=subprocess.PIPE, text=True, timeout=300,
                preexec_fn=on_cores(Placement.server),
            ).stdout
            cost = list(map(float, printed.split()))
            result = {
                "model": model, "version": version, "median": statistics.median(cost), "min": min(cost),
                "max": max(cost),
            }
            print(f"{model} {version}: {result['median']:.2f} ({result['min']:.2f}-{result['max']:.2f})", flush=True)
            results.append(result)
    return results
