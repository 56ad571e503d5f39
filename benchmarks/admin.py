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
        self._connection.request(
            "POST", f"/admin/v1/models/{path}", json.dumps(body), {"Content-Type": "application/json"}
        )
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status // 100 != 2:
            raise RuntimeError(f"POST {path}: {answer.status} {content[:500]!r}")
        return json.loads(content)
