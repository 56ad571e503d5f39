"""From starting the process to the first answer of digits: what a restart costs."""

import http.client
import json
import statistics
import time

import servers
from workloads import heldout


def once(body):
    began = time.monotonic()
    with servers.Teal() as teal:
        connection = http.client.HTTPConnection(teal.address, timeout=20)
        connection.request("POST", "/v2/models/digits/infer", body)
        status = connection.getresponse().status
        took = (time.monotonic() - began) * 1e3
        connection.close()
    if status != 200:
        raise RuntimeError(f"digits answered {status}")
    return took


def measure(starts=10):
    """A new control database each time, so that the versions are read, hashed, built and warmed up."""
    body = json.dumps({"inputs": heldout("digits")[0]["inputs"]})
    milliseconds = [once(body) for _ in range(starts)]
    print(
        f"from start to the first answer of digits: median {statistics.median(milliseconds):.0f} ms, "
        f"longest {max(milliseconds):.0f} ms of {starts}",
        flush=True,
    )
    return {"starts": starts, "milliseconds": milliseconds, "median_ms": statistics.median(milliseconds)}
