"""A model for Triton's Python backend: the input, given back."""

import triton_python_backend_utils


class TritonPythonModel:
    def execute(self, requests):
        inputs = (triton_python_backend_utils.get_input_tensor_by_name(request, "x") for request in requests)
        outputs = (triton_python_backend_utils.Tensor("y", tensor.as_numpy()) for tensor in inputs)
        return [triton_python_backend_utils.InferenceResponse([output]) for output in outputs]
