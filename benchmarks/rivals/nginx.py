"""NGINX as the backend of all proxies, and as the proxy that the others are measured against."""

import http.client
import json
import re

from servers import Nginx

# Enough for a connection of every client, and none is ever closed for having been used too often.
KEPT = "keepalive_requests 1000000000; keepalive_timeout 1h;"
SIGNATURE = {
    "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 64]}],
    "outputs": [
        {"name": "label", "datatype": "INT64", "shape": [-1]},
        {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]},
    ],
}


class Backend(Nginx):
    """A V2 server of the model digits with one answer for all: the digit 3 with `probability`."""

    name = "backend"
    is_measured = False

    def __init__(self, probability):
        rest = round((1 - probability) / 9, 8)
        self.answer = {
            "model_name": "digits",
            "model_version": "1",
            "outputs": [
                {"name": "label", "datatype": "INT64", "shape": [1], "data": [3]},
                {
                    "name": "probabilities", "datatype": "FP32", "shape": [1, 10],
                    "data": [probability if digit == 3 else rest for digit in range(10)],
                },
            ],
        }

    def http(self, port):
        texts = {
            "/ready": "",
            "": json.dumps({"name": "digits", "versions": ["1"], "platform": "fixed"} | SIGNATURE),
            "/infer": json.dumps(self.answer, separators=(",", ":")),
        }
        locations = "\n".join(
            f"location = /v2/models/digits{version}{path} {{ return 200 '{text}'; }}"
            for version in ("", "/versions/1") for path, text in texts.items()
        )
        return f"""
            {KEPT}
            default_type application/json;
            server {{
                listen 127.0.0.1:{port};
                location / {{ return 200 ''; }}
                location = /status {{ stub_status; }}
                {locations}
            }}
        """

    def request_count(self):
        """Requests so far, these questions left out."""
        connection = http.client.HTTPConnection(self.address, timeout=5)
        connection.request("GET", "/status")
        text = connection.getresponse().read().decode()
        connection.close()
        self.asked = getattr(self, "asked", 0) + 1
        return int(re.search(r"^ \d+ \d+ (\d+)", text, re.MULTILINE)[1]) - self.asked


class NginxProxy(Nginx):
    """Forwards to `live`; with `candidate` it mirrors every request there and throws the answer away."""

    def __init__(self, live, candidate=None):
        self.backends = {"live": live.address} | ({"candidate": candidate.address} if candidate else {})

    def http(self, port):
        upstreams = "\n".join(
            f"upstream {name} {{ server {address}; keepalive 512; {KEPT} }}" for name, address in self.backends.items()
        )
        mirror = """
            location = /mirror { internal; proxy_pass http://candidate$request_uri; }
        """
        return f"""
            {KEPT}
            {upstreams}
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            server {{
                listen 127.0.0.1:{port};
                location / {{ {"mirror /mirror;" if "candidate" in self.backends else ""} proxy_pass http://live; }}
                {mirror if "candidate" in self.backends else ""}
            }}
        """
