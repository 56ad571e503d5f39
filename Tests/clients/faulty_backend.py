"""A V2 server of ours that goes wrong in a chosen way: what a gateway has to expect of any server behind a slot."""

import contextlib
import json
import socket
import struct
import threading
import time

METADATA = {
    "name": "echo", "versions": ["1"], "platform": "test",
    "inputs": [{"name": "text", "datatype": "BYTES", "shape": [-1]}],
    "outputs": [{"name": "answer", "datatype": "BYTES", "shape": [-1]}],
}
# What a client is told instead of an answer, and whether that takes a limit of time.
FAULTS = {
    "resets when it is connected to": 502,
    "resets when a request has come": 502,
    "resets within the head": 502,
    "resets within the body": 502,
    "closes when a request has come": 502,
    "closes within the head": 502,
    "closes within the body": 502,
    "never answers": 504,
    "hangs within the head": 504,
    "hangs within the body": 504,
    "trickles": 504,
    "trickles the body": 504,
    "says something else than HTTP": 502,
    "sends noise behind a status line": 502,
    "states two lengths": 502,
    "states too long a length": 504,
    "states both framings": 502,
    "sends chunks without a length": 504,
    "floods with interim answers": 502,
    "trickles interim answers": 504,
    "answers 500": 500,
    "sends a head without end": 502,
    "sends a body without end": 502,
    "announces a huge body": 502,
}
# The answer's body is larger than allowed.
TOO_LARGE = {"sends a body without end", "announces a huge body"}
# A stream: an event for each number, and the end.
EVENT = 'data: {"choices": [{"index": 0, "delta": {"content": "%d"}}]}\n\n'
DONE = 'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
RESET = struct.pack("ii", 1, 0)


@contextlib.contextmanager
def _full_listener(port):
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", port), backlog=0))
        for _ in range(8):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield


class FaultyBackend:
    """Answers each text with itself and `mark`. `fault` is one of FAULTS, "states too short a length", or None, and may
    change at any time; what is answered well is so after `delay` seconds.

    Counts the inference requests that it has read whole, the most of them at once, and the connections it has accepted.
    """

    def __init__(self, mark="", fault=None, delay=0):
        self.mark, self.fault, self.delay = mark, fault, delay
        self.count = self.most = self.connections = 0
        self._active = 0
        # Instead of all that a stream of so many events, each after so many seconds; to chats, too.
        self.events = None
        # What follows an answer whose length is too short.
        self.behind = b""
        self._listener = None
        self._open = set()
        self._lock = threading.Lock()
        self.port = None

    def __enter__(self):
        self._listen(0)
        return self

    def __exit__(self, *_):
        self.refuse()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def _listen(self, port):
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def refuse(self):
        """Listens no more, and ends what is open."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.end_connections()

    def stop_accepting(self):
        """What connects from now on waits, as long as the block lasts, and is not refused."""
        self.refuse()
        return _full_listener(self.port)

    def end_connections(self):
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def heal(self):
        self.fault = None
        if self._listener.fileno() < 0:
            self._listen(self.port)

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.fault == "resets when it is connected to":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                connection.close()
                continue
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with self._lock:
            self._open.add(connection)
        try:
            with connection, connection.makefile("rb") as reader:
                while self._answer_one(connection, reader):
                    pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._open.discard(connection)

    def _answer_one(self, connection, reader):
        line = reader.readline()
        if not line:
            return False
        length = 0
        while (field := reader.readline()) not in (b"\r\n", b""):
            name, _, value = field.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = reader.read(length)
        if b"/infer" not in line and not (self.events and b"/completions" in line):
            document = METADATA if b"/models/" in line else {"name": "test", "version": "1", "extensions": []}
            connection.sendall(self._answer(document))
            return True
        with self._lock:
            self.count += 1
            self._active += 1
            self.most = max(self.most, self._active)
        try:
            return self._infer(connection, reader, body)
        finally:
            with self._lock:
                self._active -= 1

    def _infer(self, connection, reader, body):
        if self.events:
            self._stream(connection, *self.events)
            return True
        answer = self.answer_with([text + self.mark for text in json.loads(body)["inputs"][0]["data"]])
        fault = self.fault
        if fault is None:
            if self.delay:
                time.sleep(self.delay)
            connection.sendall(answer)
            return True
        if fault == "answers 500":
            connection.sendall(self._answer({"error": "the model has failed"}, b"500 Internal Server Error"))
            return True
        if fault == "states too short a length":
            head, _, body = answer.partition(b"\r\n\r\n")
            short = head.replace(b"Content-Length: %d" % len(body), b"Content-Length: %d" % (len(body) - 3))
            connection.sendall(short + b"\r\n\r\n" + body + self.behind)
            # The server believes that all is well.
            return True
        self._go_wrong(fault, connection, answer, reader)
        return False

    @staticmethod
    def _stream(connection, count, pause):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        connection.settimeout(pause)
        for number in range(count):
            with contextlib.suppress(TimeoutError):
                if not connection.recv(1):
                    raise ConnectionError("nobody reads on")
            event = (EVENT % number).encode()
            connection.sendall(b"%x\r\n%b\r\n" % (len(event), event))
        connection.settimeout(None)
        connection.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(DONE), DONE.encode()))

    def answer_with(self, texts):
        """The bytes of a whole answer."""
        outputs = [{"name": "answer", "datatype": "BYTES", "shape": [len(texts)], "data": texts}]
        return self._answer({"model_name": "echo", "model_version": "1", "outputs": outputs})

    @staticmethod
    def _answer(document, status=b"200 OK"):
        body = json.dumps(document).encode()
        head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        return head % (status, len(body)) + body

    @staticmethod
    def _go_wrong(fault, connection, answer, reader):
        def wait():
            # Until the other side gives up.
            reader.read(1)

        def trickle(pieces):
            connection.settimeout(0.05)
            for piece in pieces:
                connection.sendall(piece)
                with contextlib.suppress(TimeoutError):
                    if not connection.recv(1):
                        return
            connection.settimeout(None)
            wait()

        head, _, body = answer.partition(b"\r\n\r\n")
        if fault.startswith("resets"):
            sent = {"resets within the head": 20, "resets within the body": -3}.get(fault, 0)
            connection.sendall(answer[:sent])
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        elif fault == "closes within the head":
            connection.sendall(answer[:20])
        elif fault == "closes within the body":
            connection.sendall(answer[:-3])
        elif fault == "never answers":
            wait()
        elif fault in ("hangs within the head", "hangs within the body"):
            connection.sendall(answer[:20] if fault.endswith("head") else answer[:-3])
            wait()
        elif fault == "trickles":
            trickle(bytes([byte]) for byte in answer[:-1])
        elif fault == "trickles the body":
            connection.sendall(head + b"\r\n\r\n")
            trickle(bytes([byte]) for byte in body[:-1])
        elif fault == "trickles interim answers":
            trickle(b"HTTP/1.1 102 Processing\r\n\r\n" for _ in range(12))
        elif fault == "says something else than HTTP":
            connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
            wait()
        elif fault == "sends noise behind a status line":
            connection.sendall(b"HTTP/1.1 200 OK\r\n\x00\xff\x80\r\n\r\n" + body)
            wait()
        elif fault == "states too long a length":
            connection.sendall(head.replace(b"Content-Length: ", b"Content-Length: 1") + b"\r\n\r\n" + body)
            wait()
        elif fault == "sends chunks without a length":
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
            wait()
        elif fault == "announces a huge body":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n" + body)
            wait()
        elif fault == "states two lengths":
            connection.sendall(head + b"\r\nContent-Length: 3\r\n\r\n" + body)
        elif fault == "states both framings":
            connection.sendall(head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        elif fault == "floods with interim answers":
            with contextlib.suppress(OSError):
                for _ in range(10_000):
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        elif fault == "sends a head without end":
            with contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\n" + b"A: " + b"x" * (1 << 20))
        elif fault == "sends a body without end":
            with contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                while True:
                    connection.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
