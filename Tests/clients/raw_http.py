"""Bytes on a socket and the answers that come back, with nothing corrected on the way."""

import json
import socket
import time

TIMEOUT = 20


class Closed(Exception):
    """The server closed the connection where an answer could have been."""


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:300]!r}>"


class Connection:
    def __init__(self, address, timeout=TIMEOUT):
        host, port = address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)), timeout=timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def send(self, data):
        """Sends all of it, or as much as the server takes before it closes: then the answer says why."""
        try:
            self._socket.sendall(data)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def finish_sending(self):
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def reset(self):
        """Drops the connection with RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._socket.close()

    def answer(self, has_body=True):
        """The next answer, interim ones included; raises `Closed` when there is none."""
        head = self._until(b"\r\n\r\n").decode("latin-1")
        status_line, *lines = head.split("\r\n")
        version, status, *_ = status_line.split(" ")
        assert version in {"HTTP/1.0", "HTTP/1.1"}, status_line
        headers = {}
        for line in filter(None, lines):
            name, value = line.split(":", 1)
            assert name.lower() not in headers, f"header {name} twice in {head!r}"
            headers[name.lower()] = value.strip()
        body = b""
        if has_body and int(status) >= 200:
            if headers.get("transfer-encoding") == "chunked":
                body = self._chunks()
            elif "content-length" in headers:
                body = self._exactly(int(headers["content-length"]))
            else:
                body = self._rest()
        return Answer(int(status), headers, body)

    def has_begun_to_answer(self):
        """True when some of an answer has come, False when the server closed instead; waits for either."""
        return self._receive()

    def is_closed_by_server(self, within=TIMEOUT):
        """True when the server ends the connection in time and sends nothing more."""
        assert self._received == b"", f"unexpected bytes {self._received[:300]!r}"
        deadline = time.monotonic() + within
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(65536)
            except ConnectionResetError:
                return True
            except TimeoutError:
                return False
            assert data == b"", f"unexpected bytes {data[:300]!r}"
            return True
        return False

    def _receive(self):
        try:
            data = self._socket.recv(1 << 20)
        except ConnectionResetError:
            data = b""
        self._received += data
        return bool(data)

    def _until(self, separator):
        while separator not in self._received:
            if not self._receive():
                assert self._received == b"", f"half an answer: {self._received[:300]!r}"
                raise Closed
        found, self._received = self._received.split(separator, 1)
        return found + separator

    def _exactly(self, count):
        while len(self._received) < count:
            assert self._receive(), f"closed after {len(self._received)} of {count} bytes"
        found, self._received = self._received[:count], self._received[count:]
        return found

    def _chunks(self):
        body = b""
        while size := int(self._until(b"\r\n").split(b";")[0], 16):
            body += self._exactly(size)
            self._until(b"\r\n")
        while self._until(b"\r\n") != b"\r\n":
            pass
        return body

    def _rest(self):
        while self._receive():
            pass
        found, self._received = self._received, b""
        return found


def request(method="GET", target="/v2/health/live", headers=(), body=None, version="HTTP/1.1", host="localhost"):
    """A well-formed request; `headers` are bytes or (name, value) pairs, taken as they are."""
    lines = [f"{method} {target} {version}".encode("latin-1")]
    if host is not None:
        lines.append(b"Host: " + host.encode())
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    for header in headers:
        lines.append(header if isinstance(header, bytes) else f"{header[0]}: {header[1]}".encode("latin-1"))
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")
