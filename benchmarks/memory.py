"""Resident memory over repeated loads: what a slot takes, it gives back."""

import http.client
import json

import servers
from admin import Admin
from workloads import heldout

MODEL = "digits"


def infer(connection, slot):
    body = json.dumps({"inputs": heldout(MODEL)[0]["inputs"]})
    connection.request("POST", f"/v2/models/{MODEL}/infer", body, {"teal-slot": slot})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {content[:500]!r}")


def measure(cycles=100, first=10):
    """Loads and unloads green `cycles` times, using it in between; growth counts from after the first `first`."""
    resident = []
    with servers.Teal() as teal, Admin(teal.admin) as admin:
        connection = http.client.HTTPConnection(teal.address, timeout=20)
        admin.post(f"{MODEL}/slots/green/unload", reason="benchmark")
        for _ in range(cycles):
            admin.post(f"{MODEL}/slots/green/load", version=2, wait=True, reason="benchmark")
            infer(connection, "green")
            infer(connection, "blue")
            admin.post(f"{MODEL}/slots/green/unload", reason="benchmark")
            resident.append(teal.resident_bytes())
        connection.close()
    growth = resident[-1] / resident[first - 1] - 1
    print(
        f"resident memory after {first} load/unload cycles {resident[first - 1] / 1e6:.1f} MB, "
        f"after {cycles} {resident[-1] / 1e6:.1f} MB: {growth:+.1%}",
        flush=True,
    )
    return {"cycles": cycles, "first": first, "resident_bytes": resident, "growth": growth}
