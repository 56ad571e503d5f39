"""A runtime for MLServer: texts in, labels and probabilities out."""

import numpy
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import StringCodec
from mlserver.errors import InferenceError
from mlserver.types import InferenceResponse, ResponseOutput


class Sentiment(MLModel):
    async def load(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(self.settings.parameters.uri, options)
        return True

    async def predict(self, payload):
        if len(payload.inputs) != 1 or payload.inputs[0].name != "text":
            raise InferenceError("expected one input named text")
        texts = numpy.array(StringCodec.decode_input(payload.inputs[0]), dtype=object)
        labels, probabilities = self._session.run(["label", "probabilities"], {"text": texts})
        return InferenceResponse(
            model_name=self.name,
            model_version=self.version,
            outputs=[
                ResponseOutput(name="label", datatype="BYTES", shape=labels.shape, data=labels.tolist()),
                ResponseOutput(
                    name="probabilities", datatype="FP32", shape=probabilities.shape,
                    data=probabilities.ravel().tolist(),
                ),
            ],
        )
