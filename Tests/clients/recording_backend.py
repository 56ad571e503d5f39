"""A server of ours behind slots that reads strictly and keeps a record: what reaches it is one well-formed request
after the other, or a violation. A process of its own, so that it keeps up with a gateway."""

import asyncio
import collections
import http.client
import json
import pathlib
import re
import sys

from backends import Backend

# What a test asks of it in place of an answer.
HOLD = "hold"
ENDLESS = "endless"
LARGE = "large"

ECHO = {
    "name": "echo", "versions": ["1"], "platform": "test",
    "inputs": [{"name": "text", "datatype": "BYTES", "shape": [-1]}],
    "outputs": [{"name": "answer", "datatype": "BYTES", "shape": [-1]}],
}
LARGE_BYTES = 4 << 20
RECORDED = 50_000
KNOWN = {
    b"host", b"content-type", b"content-length", b"accept", b"x-request-id", b"traceparent", b"tracestate",
    b"inference-header-content-length",
}
REQUEST_LINE = re.compile(rb"(GET|POST) (/[A-Za-z0-9._~/:%-]*) HTTP/1\.1")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\t\x20-\x7e\x80-\xff]*)")
LENGTH = re.compile(rb"0|[1-9][0-9]{0,8}")


class RecordingBackend(Backend):
    """Echo by V2, `price` by KServe V1, `chat` and `vector` by OpenAI's API. `address` is where it serves."""

    def launch(self):
        self.run(sys.executable, pathlib.Path(__file__), environment={"PYTHONUNBUFFERED": "1"})

    def find_address(self):
        said = (self.folder / "log").read_text(errors="replace").splitlines()
        if len(said) < 2:
            return None
        self._control = said[1]
        return said[0]

    def _is_ready(self):
        # Once it has said where, it serves.
        return True

    def take(self):
        """What it has recorded since it was asked last: counts from the start, and requests as (target, body)."""
        connection = http.client.HTTPConnection(self._control, timeout=20)
        try:
            connection.request("GET", "/")
            record = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        record["requests"] = [(target, body.encode("latin-1")) for target, body in record["requests"]]
        return record


class Record:
    def __init__(self):
        self.counts = collections.Counter()
        self.violations = []
        self.requests = collections.deque(maxlen=RECORDED)

    def violate(self, what, data):
        self.counts["violations"] += 1
        if len(self.violations) < 100:
            self.violations.append(f"{what}: {bytes(data[:300])!r}")

    def take(self):
        requests = [(target.decode(), body.decode("latin-1")) for target, body in self.requests]
        self.requests.clear()
        return json.dumps({"counts": self.counts, "violations": self.violations, "requests": requests}).encode()


class Served(asyncio.Protocol):
    """One connection of the gateway."""

    def __init__(self, record):
        self._record = record
        self._counts = record.counts
        self._buffer = b""
        self._transport = None
        # What the request that is not answered yet waits for.
        self._waits = None

    def connection_made(self, transport):
        self._transport = transport
        self._counts["open"] += 1

    def connection_lost(self, _):
        self._counts["open"] -= 1
        if self._waits is not None:
            self._counts[f"cancelled {self._waits}"] += 1
            self._waits = None
        if self._buffer:
            self._counts["cut"] += 1

    def data_received(self, data):
        if self._waits is not None:
            return self._refuse("bytes while a request is being answered", data)
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._buffer[:end]
        fault, method, target, length = self._read(head)
        if fault:
            return self._refuse(fault, self._buffer)
        size = len(self._buffer) - end - 4
        if size < length:
            return None
        if size > length:
            return self._refuse("bytes behind the end of a request", self._buffer)
        body = self._buffer[end + 4 :]
        self._buffer = b""
        return self._serve(method, target, body)

    @staticmethod
    def _read(head):
        """What is wrong with it, its method, its target and the length of its body."""
        line, *fields = head.split(b"\r\n")
        if not (match := REQUEST_LINE.fullmatch(line)):
            return "no request line", None, None, 0
        found = {}
        for field in fields:
            if not (known := FIELD.fullmatch(field)):
                return "no header field", None, None, 0
            name = known[1].lower()
            if name not in KNOWN or name in found:
                return f"unexpected header {name}", None, None, 0
            found[name] = known[2]
        if b"host" not in found:
            return "no host", None, None, 0
        length = found.get(b"content-length")
        if (length is None) != (match[1] == b"GET") or length is not None and not LENGTH.fullmatch(length):
            return "no proper length", None, None, 0
        return None, match[1], match[2], int(length or 0)

    def _refuse(self, what, data):
        self._record.violate(what, data)
        self._buffer = b""
        self._transport.abort()

    def _serve(self, method, target, body):
        if method == b"GET":
            return self._send(self._described(target))
        self._counts["requests"] += 1
        self._record.requests.append((target, body))
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            return self._send({"error": "the body is not JSON"}, b"400 Bad Request")
        try:
            return self._answer(target, document)
        except (KeyError, IndexError, TypeError, AttributeError):
            return self._send({"error": "the body is not what was expected"}, b"400 Bad Request")

    @staticmethod
    def _described(target):
        if target.startswith(b"/v2/models/"):
            return ECHO
        if target == b"/v1/models":
            return {"object": "list", "data": [{"id": name, "object": "model"} for name in ("chat", "vector")]}
        return {"name": "recording", "version": "1", "extensions": []}

    def _answer(self, target, document):
        if target.endswith(b"/infer"):
            texts = document["inputs"][0]["data"]
            if texts[0] == HOLD:
                return self._wait(HOLD)
            if texts[0] == LARGE:
                texts = ["x" * LARGE_BYTES]
            answer = {"model_name": "echo", "model_version": "1"}
            if "id" in document:
                answer["id"] = document["id"]
            answer["outputs"] = [{"name": "answer", "datatype": "BYTES", "shape": [len(texts)], "data": texts}]
            return self._send(answer)
        if target.endswith(b":predict"):
            return self._send({"predictions": document["instances"]})
        if target == b"/v1/embeddings":
            rows = document["input"] if isinstance(document["input"], list) else [document["input"]]
            data = [{"object": "embedding", "index": index, "embedding": [0.5, 1]} for index in range(len(rows))]
            return self._send({"object": "list", "model": document["model"], "data": data})
        if target == b"/v1/completions":
            choice = {"index": 0, "text": str(document.get("prompt")), "finish_reason": "stop"}
            return self._send({"object": "text_completion", "model": document["model"], "choices": [choice]})
        said = document["messages"][-1]["content"]
        if said == HOLD:
            return self._wait(HOLD)
        if said == ENDLESS:
            self._wait(ENDLESS)
            head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
            self._transport.write(head)
            return self._go_on()
        if said == LARGE:
            said = "x" * LARGE_BYTES
        message = {"role": "assistant", "content": said}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return self._send(
            {"id": document.get("user"), "object": "chat.completion", "model": document["model"], "choices": [choice]}
        )

    def _wait(self, what):
        self._waits = what
        self._counts[f"begun {what}"] += 1

    def _go_on(self):
        if self._waits is None:
            return
        event = b'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"so "}}]}\n\n'
        # Does not pile up what is not read.
        if self._transport.get_write_buffer_size() < 1 << 16:
            self._transport.write(b"%x\r\n%s\r\n" % (len(event), event))
        asyncio.get_running_loop().call_later(0.01, self._go_on)

    def _send(self, document, status=b"200 OK"):
        body = json.dumps(document, separators=(",", ":")).encode()
        self._transport.write(
            b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (status, len(body), body)
        )


class Control(asyncio.Protocol):
    """Tells the record to whoever asks, whatever was asked."""

    def __init__(self, record):
        self._record = record
        self._transport = None

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, _):
        body = self._record.take()
        self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        self._transport.close()


async def main():
    record = Record()
    loop = asyncio.get_running_loop()
    for protocol in (Served, Control):
        server = await loop.create_server(lambda protocol=protocol: protocol(record), "127.0.0.1", 0, backlog=1024)
        host, port = server.sockets[0].getsockname()
        print(f"{host}:{port}")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
