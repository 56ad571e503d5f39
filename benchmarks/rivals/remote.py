"""Teal with the same backends in its slots."""

import json

import servers
from admin import Admin


class RemoteTeal(servers.Teal):
    """Forwards to `live`; with `candidate` it mirrors every request there, keeps the pair and compares the answers."""

    def __init__(self, live, candidate=None):
        self.endpoints = [live.address] + ([candidate.address] if candidate else [])
        # Search embeds what is kept in idle time, which is no part of mirroring.
        environment = {"TEAL_HTTP_REQUESTS_PER_CONNECTION": str(10**9), "TEAL_SEARCH_ENABLED": "false"}
        super().__init__("--threads", "1", environment=environment)

    def start(self):
        self.models = self.folder / "models"
        model = self.models / "digits"
        for version, address in enumerate(self.endpoints, 1):
            (model / str(version)).mkdir(parents=True)
            backend = {
                "kind": "openinference", "model": "digits", "endpoints": [f"http://{address}"],
                "pool": {"connections": 512, "pending": 512},
            }
            # JSON is YAML.
            (model / str(version) / "backend.yaml").write_text(json.dumps(backend))
        slots = {"blue": 1} | ({"green": 2} if len(self.endpoints) > 1 else {})
        (model / "model.yaml").write_text(json.dumps({"slots": slots, "live": "blue"}))
        super().start()
        with Admin(self.admin) as admin:
            # The others ask no live model twice either.
            admin.post("digits/traffic", shadow=1 if len(self.endpoints) > 1 else 0, noise=0)

    def pair_count(self):
        with Admin(self.admin) as admin:
            return admin.get("digits/trial")["coverage"]["counts"]["paired"]
