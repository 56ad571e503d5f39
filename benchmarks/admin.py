"""A small client of the admin API, on one kept connection."""

import http.client
import json


class Admin:
    def __init__(self, address, timeout=60):
        self._connection = http.client.HTTPConnection(address, timeout=timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def post(self, path, **body):
        return self._send("POST", path, json.dumps(body), {"Content-Type": "application/json"})

    def get(self, path):
        return self._send("GET", path)

    def mirror_nothing(self):
        """For measurements of the live path alone."""
        for model in ("digits", "sentiment"):
            self.post(f"{model}/traffic", shadow=0)

    def _send(self, method, path, body=None, headers=None):
        self._connection.request(method, f"/admin/v1/models/{path}", body, headers or {})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status // 100 != 2:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return json.loads(content)
