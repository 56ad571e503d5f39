"""A server of ours for remote slots that speaks V2, OpenAI's API and `:predict`, and keeps the head of each request."""

import http.server
import json
import threading

METADATA = {
    "name": "there", "versions": ["1"], "platform": "made_of_python",
    "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1]}],
    "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1]}],
}
CHAT = {
    "id": "1", "object": "chat.completion", "created": 1, "model": "there", "usage": {"prompt_tokens": 1, "completion_tokens": 1},
    "choices": [{"index": 0, "message": {"role": "assistant", "content": 'a "model":"there"'}, "finish_reason": "stop"}],
}
CHUNKS = [
    {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "there",
     "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
    for delta, reason in [({"role": "assistant", "content": "a"}, None), ({"content": "b"}, None), ({}, "stop")]
]


class SpeakingBackend:
    """Use it in a `with` block. `hold` keeps answers to inference requests back until `go` is called; `status` is theirs."""

    def __init__(self, port=0):
        self.requests = []
        self.health = 200
        self.status = 200
        self.port = port
        self._may_answer = threading.Event()
        self._may_answer.set()
        self._server = None

    def __enter__(self):
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                backend._tell(self)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                backend._answer(self, json.loads(body))

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._may_answer.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def hold(self):
        self._may_answer.clear()

    def go(self):
        self._may_answer.set()

    def asked(self, name, value):
        """Heads of the inference requests with this header."""
        return [head for _, head in self.requests if (name, value) in head]

    def _tell(self, handler):
        if handler.path == "/health":
            self._send(handler, {}, self.health)
        elif handler.path == "/v1/models":
            self._send(handler, {"object": "list", "data": [{"id": "there", "object": "model"}]})
        elif handler.path.startswith(("/v2/models/", "/v1/models/")):
            self._send(handler, METADATA)
        elif handler.path == "/v2":
            self._send(handler, {"name": "test", "version": "1", "extensions": []})
        else:
            self._send(handler, {}, 404)

    def _answer(self, handler, body):
        self.requests.append((handler.path, [(name.lower(), value) for name, value in handler.headers.items()]))
        self._may_answer.wait(30)
        if self.status != 200:
            self._send(handler, {}, self.status)
        elif handler.path.endswith("/infer"):
            tensor = body["inputs"][0]
            output = {"name": "y", "datatype": "FP32", "shape": tensor["shape"], "data": tensor["data"]}
            self._send(handler, {"model_name": "there", "model_version": "1", "outputs": [output]})
        elif handler.path.endswith(":predict"):
            self._send(handler, {"predictions": body["instances"]})
        elif handler.path == "/v1/chat/completions" and body.get("stream"):
            events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in CHUNKS) + "data: [DONE]\n\n"
            self._send(handler, events.encode(), kind="text/event-stream")
        elif handler.path == "/v1/chat/completions":
            self._send(handler, CHAT)
        else:
            self._send(handler, {}, 404)

    @staticmethod
    def _send(handler, document, status=200, kind="application/json"):
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)
