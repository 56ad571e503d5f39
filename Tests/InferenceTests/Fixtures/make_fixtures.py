"""Writes the small ONNX models the engine's tests run, next to this file.

    python3 -m venv .venv && .venv/bin/pip install onnx==1.23.2 numpy==2.4.6
    .venv/bin/python Tests/InferenceTests/Fixtures/make_fixtures.py
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
OPSET = 17
IR = 8


def value(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def save(name, nodes, inputs, outputs, initializers=(), opsets=None, functions=(), sparse=(), check=True):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers), sparse_initializer=list(sparse))
    imports = opsets or [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=IR, functions=list(functions))
    model.producer_name = "teal-fixtures"
    if check:
        onnx.checker.check_model(model)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))
    return model


def identities():
    kinds = {
        "bool": TensorProto.BOOL, "uint8": TensorProto.UINT8, "uint16": TensorProto.UINT16,
        "uint32": TensorProto.UINT32, "uint64": TensorProto.UINT64, "int8": TensorProto.INT8,
        "int16": TensorProto.INT16, "int32": TensorProto.INT32, "int64": TensorProto.INT64,
        "fp16": TensorProto.FLOAT16, "bf16": TensorProto.BFLOAT16, "fp32": TensorProto.FLOAT,
        "fp64": TensorProto.DOUBLE, "bytes": TensorProto.STRING,
    }
    for name, kind in kinds.items():
        save(f"identity_{name}", [helper.make_node("Identity", ["x"], ["y"])],
             [value("x", kind, ["n"])], [value("y", kind, ["n"])])


def arithmetic():
    float_ = TensorProto.FLOAT
    save("add", [helper.make_node("Add", ["a", "b"], ["sum"]), helper.make_node("Sub", ["a", "b"], ["difference"])],
         [value("a", float_, ["batch", 3]), value("b", float_, ["batch", 3])],
         [value("sum", float_, ["batch", 3]), value("difference", float_, ["batch", 3])])
    save("scalar", [helper.make_node("ReduceSum", ["x"], ["total"], keepdims=0)],
         [value("x", float_, ["n", "m"])], [value("total", float_, [])])
    # 0/0: an answer that is not a number.
    save("nan", [helper.make_node("Sub", ["x", "x"], ["zero"]), helper.make_node("Div", ["zero", "zero"], ["y"])],
         [value("x", float_, ["n", 2])], [value("y", float_, ["n", 2])])
    # Only a request with two elements can be reshaped so: others fail while running.
    save("picky", [helper.make_node("Reshape", ["x", "shape"], ["y"])],
         [value("x", float_, ["n"])], [value("y", float_, [2, 1])],
         [numpy_helper.from_array(np.array([2, 1], np.int64), "shape")])
    # The output is the input itself, without an operator between.
    save("passthrough", [helper.make_node("Neg", ["x"], ["y"])],
         [value("x", float_, ["n"])], [value("x", float_, ["n"]), value("y", float_, ["n"])], check=False)
    # The output is a weight: its memory is the model's.
    save("constant", [helper.make_node("Neg", ["x"], ["y"])],
         [value("x", float_, ["n"])], [value("w", float_, [4]), value("y", float_, ["n"])],
         [numpy_helper.from_array(np.array([1, 2, 3, 4], np.float32), "w")], check=False)
    # 64 numbers in, a label and ten probabilities out: the size of the digits models.
    rng = np.random.default_rng(7)
    save("linear",
         [helper.make_node("MatMul", ["x", "w"], ["logits"]), helper.make_node("Add", ["logits", "b"], ["biased"]),
          helper.make_node("Softmax", ["biased"], ["probabilities"], axis=1),
          helper.make_node("ArgMax", ["probabilities"], ["label"], axis=1, keepdims=0)],
         [value("x", float_, ["batch", 64])],
         [value("label", TensorProto.INT64, ["batch"]), value("probabilities", float_, ["batch", 10])],
         [numpy_helper.from_array(rng.normal(0, 0.1, (64, 10)).astype(np.float32), "w"),
          numpy_helper.from_array(rng.normal(0, 0.1, (10,)).astype(np.float32), "b")])
    save("text", [helper.make_node("StringConcat", ["x", "mark"], ["y"])],
         [value("x", TensorProto.STRING, ["n"])], [value("y", TensorProto.STRING, ["n"])],
         [helper.make_tensor("mark", TensorProto.STRING, [1], [b"!"])], opsets=[helper.make_opsetid("", 20)])


def endless():
    """Counts to 2^40 in a Loop: runs for hours unless stopped."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["keep"], ["keep_out"]), helper.make_node("Add", ["sum", "one"], ["sum_out"])],
        "body",
        [value("i", TensorProto.INT64, []), value("keep", TensorProto.BOOL, []), value("sum", TensorProto.FLOAT, [1])],
        [value("keep_out", TensorProto.BOOL, []), value("sum_out", TensorProto.FLOAT, [1])],
        [numpy_helper.from_array(np.array([1], np.float32), "one")])
    save("endless", [helper.make_node("Loop", ["count", "keep_going", "x"], ["y"], body=body)],
         [value("x", TensorProto.FLOAT, [1])], [value("y", TensorProto.FLOAT, [1])],
         [numpy_helper.from_array(np.array(2**40, np.int64), "count"),
          numpy_helper.from_array(np.array(True), "keep_going")])


def candidates():
    """One FP32 [1] in, one out: a live version, and candidates that go wrong in a trial, all with zeros being fine."""
    float_ = TensorProto.FLOAT
    x, y = value("x", float_, [1]), value("y", float_, [1])
    one = numpy_helper.from_array(np.array([1], np.float32), "one")
    save("steady", [helper.make_node("Add", ["x", "one"], ["y"])], [x], [y], [one])
    # Counts to x times so many: 2^40 takes hours, 20,000 some milliseconds.
    for name, rounds in [("hangs", 2**40), ("slow", 20_000)]:
        body = helper.make_graph(
            [helper.make_node("Identity", ["keep"], ["keep_out"]), helper.make_node("Add", ["v", "one"], ["v_out"])],
            "body",
            [value("i", TensorProto.INT64, []), value("keep", TensorProto.BOOL, []), value("v", float_, [1])],
            [value("keep_out", TensorProto.BOOL, []), value("v_out", float_, [1])])
        save(name, [helper.make_node("Cast", ["x"], ["whole"], to=TensorProto.INT64),
                    helper.make_node("Mul", ["whole", "rounds"], ["counts"]),
                    helper.make_node("Squeeze", ["counts"], ["count"]),
                    helper.make_node("Loop", ["count", "keep_going", "x"], ["counted"], body=body),
                    helper.make_node("Mul", ["counted", "zero"], ["nothing"]),
                    helper.make_node("Add", ["x", "nothing"], ["same"]),
                    helper.make_node("Add", ["same", "one"], ["y"])],
             [x], [y],
             [one, numpy_helper.from_array(np.array([rounds], np.int64), "rounds"),
              numpy_helper.from_array(np.array([0], np.float32), "zero"),
              numpy_helper.from_array(np.array(True), "keep_going")])
    # Only element 0 is there: any other x is an index out of bounds.
    save("fails", [helper.make_node("Cast", ["x"], ["index"], to=TensorProto.INT64),
                   helper.make_node("Gather", ["one", "index"], ["y"])], [x], [y], [one])


def refused_types():
    zipmap = helper.make_node("ZipMap", ["p"], ["scores"], domain="ai.onnx.ml", classlabels_int64s=[0, 1])
    output = helper.make_value_info("scores", helper.make_sequence_type_proto(
        helper.make_map_type_proto(TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, None))))
    save("zipmap", [zipmap], [value("p", TensorProto.FLOAT, ["n", 2])], [output],
         opsets=[helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", 1)])
    save("float8", [helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT8E4M3FN)],
         [value("x", TensorProto.FLOAT, ["n"])], [value("y", TensorProto.FLOAT8E4M3FN, ["n"])],
         opsets=[helper.make_opsetid("", 19)], check=False)
    save("custom_operator", [helper.make_node("Tokenize", ["x"], ["y"], domain="com.example.text")],
         [value("x", TensorProto.FLOAT, ["n"])], [value("y", TensorProto.FLOAT, ["n"])],
         opsets=[helper.make_opsetid("", OPSET), helper.make_opsetid("com.example.text", 1)], check=False)
    function = helper.make_function(
        "com.example.local", "Twice", ["x"], ["y"], [helper.make_node("Add", ["x", "x"], ["y"])],
        [helper.make_opsetid("", OPSET)])
    save("local_function", [helper.make_node("Twice", ["x"], ["y"], domain="com.example.local")],
         [value("x", TensorProto.FLOAT, ["n"])], [value("y", TensorProto.FLOAT, ["n"])],
         opsets=[helper.make_opsetid("", OPSET), helper.make_opsetid("com.example.local", 1)], functions=[function])
    unranked = value("x", TensorProto.FLOAT, None)
    save("unranked", [helper.make_node("Neg", ["x"], ["y"])], [unranked], [value("y", TensorProto.FLOAT, None)],
         check=False)


def outside(name="w", shape=(4,)):
    """A tensor whose bytes are said to lie in another file."""
    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="../../../etc/passwd")
    return tensor


def external():
    float_ = TensorProto.FLOAT
    x, y = value("x", float_, [4]), value("y", float_, [4])
    add = helper.make_node("Add", ["x", "w"], ["y"])
    save("external_initializer", [add], [x], [y], [outside()], check=False)

    bare = TensorProto(name="w", data_type=float_, dims=[4], data_location=TensorProto.EXTERNAL)
    save("external_location_only", [add], [x], [y], [bare], check=False)

    indices = numpy_helper.from_array(np.array([0, 2], np.int64), "w_indices")
    sparse = helper.make_sparse_tensor(outside(shape=(2,)), indices, [4])
    save("external_sparse", [add], [x], [y], sparse=[sparse], check=False)

    constant = helper.make_node("Constant", [], ["w"])
    constant.attribute.append(helper.make_attribute("value", outside()))
    save("external_constant", [constant, add], [x], [y], check=False)

    sparse_constant = helper.make_node("Constant", [], ["w"])
    sparse_constant.attribute.append(helper.make_attribute("sparse_value", sparse))
    save("external_sparse_constant", [sparse_constant, add], [x], [y], check=False)

    branch = helper.make_graph([helper.make_node("Identity", ["w"], ["o"])], "branch", [], [value("o", float_, [4])],
                               [outside()])
    condition = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    save("external_subgraph", [condition], [value("c", TensorProto.BOOL, [])], [y], check=False)

    function = helper.make_function("com.example.local", "Weighted", ["x"], ["y"], [constant, add],
                                    [helper.make_opsetid("", OPSET)])
    save("external_function", [helper.make_node("Weighted", ["x"], ["y"], domain="com.example.local")], [x], [y],
         opsets=[helper.make_opsetid("", OPSET), helper.make_opsetid("com.example.local", 1)], functions=[function],
         check=False)

    model = save("external_training", [helper.make_node("Neg", ["x"], ["y"])], [x], [y], check=False)
    model.training_info.add().algorithm.CopyFrom(
        helper.make_graph([add], "step", [x], [y], [outside()]))
    (HERE / "external_training.onnx").write_bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    identities()
    arithmetic()
    endless()
    candidates()
    refused_types()
    external()
