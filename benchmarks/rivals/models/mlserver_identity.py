"""A runtime for MLServer: the input, given back."""

from mlserver import MLModel
from mlserver.types import InferenceResponse, ResponseOutput


class Identity(MLModel):
    async def predict(self, payload):
        tensor = payload.inputs[0]
        output = ResponseOutput(name="y", datatype=tensor.datatype, shape=tensor.shape, data=tensor.data)
        return InferenceResponse(model_name=self.name, outputs=[output])
