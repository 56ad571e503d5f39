"""What is sent: complete HTTP requests made of the models' held-out data, and the wrk process that sends them."""

import http.client
import json
import struct
import subprocess

from servers import MODELS, ROOT, WORK, Placement, on_cores

MAX_REQUESTS = 500


def heldout(model):
    with open(MODELS / model / "heldout.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for _, line in zip(range(MAX_REQUESTS), lines)]


def as_json(request):
    """Only what a client sends: the inputs."""
    return json.dumps({"inputs": request["inputs"]}, separators=(",", ":"), ensure_ascii=False).encode(), {}


def as_binary(request):
    """FP32 inputs as binary tensor data, outputs wanted in the same form."""
    tail, inputs = b"", []
    for tensor in request["inputs"]:
        data = struct.pack(f"<{len(tensor['data'])}f", *tensor["data"])
        inputs.append(
            {key: tensor[key] for key in ("name", "shape", "datatype")}
            | {"parameters": {"binary_data_size": len(data)}}
        )
        tail += data
    head = {"parameters": {"binary_data_output": True}, "inputs": inputs}
    encoded = json.dumps(head, separators=(",", ":")).encode()
    return encoded + tail, {"Inference-Header-Content-Length": str(len(encoded))}


class Workload:
    def __init__(self, name, model, encode):
        self.name = name
        self.path = f"/v2/models/{model}/infer"
        self.bodies = [encode(request) for request in heldout(model)]

    def sample(self, address):
        """Sends the first request once; returns the content type and the size of the answer's body."""
        connection = http.client.HTTPConnection(address, timeout=20)
        body, headers = self.bodies[0]
        connection.request("POST", self.path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{self.name}: {answer.status} {content[:500]!r}")
        return answer.headers["content-type"], len(content)

    def write(self):
        """The file of requests for wrk."""
        requests = []
        for body, headers in self.bodies:
            fields = {"Host": "localhost", "Content-Length": str(len(body))} | headers
            head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
            requests.append(f"POST {self.path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        WORK.mkdir(parents=True, exist_ok=True)
        path = WORK / f"{self.name}.requests"
        path.write_bytes(b"".join(b"%d\n%s" % (len(request), request) for request in requests))
        return path


def workloads():
    return [
        Workload("digits-json", "digits", as_json),
        Workload("digits-binary", "digits", as_binary),
        Workload("sentiment-json", "sentiment", as_json),
    ]


def start_wrk(address, requests, connections, seconds, script="replay.lua"):
    # wrk stops by itself; whoever waits for it knows the latest moment.
    return subprocess.Popen(
        [
            "wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s", "-s",
            ROOT / "benchmarks" / "wrk" / script, f"http://{address}/", "--", requests,
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=on_cores(Placement.client),
    )


def finish_wrk(process, within):
    """Waits for wrk and returns what its script printed, as one dictionary."""
    try:
        output, _ = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    if process.returncode != 0 or not lines:
        raise RuntimeError(f"wrk failed with status {process.returncode}\n{output}")
    result = {key: value for line in lines for key, value in line.items()}
    result["failed"] = sum(
        result[kind] for kind in ("connect_errors", "read_errors", "write_errors", "timeouts", "refused")
    )
    return result
