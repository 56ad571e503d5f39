"""MLServer, which serves the bundled sentiment model through ONNX Runtime's Python package."""

import json
import re

from .process import HERE, ROOT, Backend, environment

SIGNATURE = {
    "inputs": [{"name": "text", "datatype": "BYTES", "shape": [-1]}],
    "outputs": [
        {"name": "label", "datatype": "BYTES", "shape": [-1]},
        {"name": "probabilities", "datatype": "FP32", "shape": [-1, 2]},
    ],
}
LISTENS = re.compile(r"Uvicorn running on http://(127\.0\.0\.1:\d+)")


class SentimentServer(Backend):
    """V2 REST, JSON only. Serves `versions` of the model under the name `model`."""

    def __init__(self, folder, versions=(1,), model="sentiment"):
        super().__init__(folder)
        self._versions, self._model = versions, model
        self.ready_path = f"/v2/models/{model}/versions/{versions[-1]}/ready"

    def launch(self):
        python = environment("mlserver")
        settings = {
            "debug": False, "host": "127.0.0.1", "http_port": 0, "grpc_port": 0, "metrics_endpoint": None,
            "parallel_workers": 0,
        }
        (self.folder / "settings.json").write_text(json.dumps(settings))
        for version in self._versions:
            folder = self.folder / self._model / str(version)
            folder.mkdir(parents=True)
            parameters = {
                "version": str(version), "uri": str(ROOT / "models" / "sentiment" / str(version) / "model.onnx")
            }
            model = {"name": self._model, "implementation": "sentiment.Sentiment", "parameters": parameters}
            (folder / "model-settings.json").write_text(json.dumps(model | SIGNATURE))
        self.run(
            python, "-m", "mlserver.cli.main", "start", self.folder, environment={"PYTHONPATH": HERE / "runtimes"}
        )

    def find_address(self):
        match = LISTENS.search(self.log())
        return match and match[1]
