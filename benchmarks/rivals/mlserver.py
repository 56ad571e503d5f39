"""MLServer's REST front with a model that gives its input back, in one process."""

import json
import pathlib

from rivals.environment import environment
from servers import ROOT, Server, free_port

HERE = pathlib.Path(__file__).parent
# The tests by foreign clients use it too.
REQUIREMENTS = ROOT / "Tests" / "clients" / "backends" / "requirements" / "mlserver.txt"


class MLServer(Server):
    name = "mlserver"

    def start(self):
        _, python = environment("mlserver", REQUIREMENTS)
        port = free_port()
        settings = {
            "debug": False, "host": "127.0.0.1", "http_port": port, "grpc_port": 0, "metrics_endpoint": None,
            "parallel_workers": 0,
        }
        (self.folder / "settings.json").write_text(json.dumps(settings))
        model = {"name": "digits", "implementation": "mlserver_identity.Identity"}
        (self.folder / "model-settings.json").write_text(json.dumps(model))
        self.launch(
            [python, "-m", "mlserver.cli.main", "start", self.folder], environment={"PYTHONPATH": HERE / "models"}
        )
        self.address = f"127.0.0.1:{port}"
        self.wait_for(lambda: self.answers("/v2/models/digits/ready"))
