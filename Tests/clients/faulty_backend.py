"""A V2 server of ours that goes wrong in a chosen way: what a gateway has to expect of any server behind a slot."""

import contextlib
import json
import socket
import struct
import threading

METADATA = {
    "name": "echo", "versions": ["1"], "platform": "test",
    "inputs": [{"name": "text", "datatype": "BYTES", "shape": [-1]}],
    "outputs": [{"name": "answer", "datatype": "BYTES", "shape": [-1]}],
}
# What a client is told instead of an answer, and whether that takes a limit of time.
FAULTS = {
    "resets when a request has come": 502,
    "closes when a request has come": 502,
    "closes within the head": 502,
    "closes within the body": 502,
    "never answers": 504,
    "hangs within the body": 504,
    "trickles": 504,
    "says something else than HTTP": 502,
    "states two lengths": 502,
    "states both framings": 502,
    "floods with interim answers": 502,
    "sends a head without end": 502,
    "sends a body without end": 502,
}


class FaultyBackend:
    """Answers each text with itself and `mark`. `fault` is one of FAULTS, "refuses", or None, and may change at any time.

    Counts the inference requests that it has read whole.
    """

    def __init__(self, mark="", fault=None):
        self.mark, self.fault, self.count = mark, fault, 0
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
        if b"/infer" not in line:
            document = METADATA if b"/models/" in line else {"name": "test", "version": "1", "extensions": []}
            connection.sendall(self._answer(document))
            return True
        with self._lock:
            self.count += 1
        texts = json.loads(body)["inputs"][0]["data"]
        outputs = [{"name": "answer", "datatype": "BYTES", "shape": [len(texts)], "data": [t + self.mark for t in texts]}]
        answer = self._answer({"model_name": "echo", "model_version": "1", "outputs": outputs})
        fault = self.fault
        if fault is None:
            connection.sendall(answer)
            return True
        self._go_wrong(fault, connection, answer, reader)
        return False

    @staticmethod
    def _answer(document):
        body = json.dumps(document).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body

    @staticmethod
    def _go_wrong(fault, connection, answer, reader):
        def wait():
            # Until the other side gives up.
            reader.read(1)

        head, _, body = answer.partition(b"\r\n\r\n")
        if fault == "resets when a request has come":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif fault == "closes within the head":
            connection.sendall(answer[:20])
        elif fault == "closes within the body":
            connection.sendall(answer[:-3])
        elif fault == "never answers":
            wait()
        elif fault == "hangs within the body":
            connection.sendall(answer[:-3])
            wait()
        elif fault == "trickles":
            connection.settimeout(0.05)
            for byte in answer[:-1]:
                connection.sendall(bytes([byte]))
                with contextlib.suppress(TimeoutError):
                    if not connection.recv(1):
                        return
            wait()
        elif fault == "says something else than HTTP":
            connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
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
