"""Streams of a remote slot: many at once, and how long an event takes through the gateway.

Run with `-s` to see the figures."""

import asyncio
import contextlib
import json
import statistics
import threading
import time

import pytest
from abuse import Process
from gateway import Gateway

STREAMS = 2_000
EVENTS = 20
# Of memory for a stream under way, both of its connections included.
MOST_BYTES = 48 * 1024
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
BODY = json.dumps({"model": "chat", "stream": True, "messages": [{"role": "user", "content": "hi"}]}).encode()
REQUEST = b"POST /v1/chat/completions HTTP/1.1\r\nhost: t\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
    len(BODY), BODY,
)


def chunk(content):
    event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "chat", "choices": [
        {"index": 0, "delta": {"content": content}, "finish_reason": None}]}
    data = f"data: {json.dumps(event)}\n\n".encode()
    return b"%x\r\n%b\r\n" % (len(data), data)


class StreamingBackend:
    """An OpenAI-compatible server on a thread of its own whose streams send `EVENTS` events, each with the time of its
    sending, as soon as `expected` streams have been asked for."""

    def __init__(self):
        self.expected = 1
        self._waiting = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self):
        self._thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=4_096)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result()
        self.address = "127.0.0.1:%d" % self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _serve(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
                if head.startswith(b"GET"):
                    body = json.dumps({"object": "list", "data": [{"id": "chat", "object": "model"}]}).encode()
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (
                        len(body), body))
                    continue
                await reader.readexactly(int(length[0].split(b":")[1]))
                await self._stream(writer)

    async def _stream(self, writer):
        writer.write(HEAD)
        go = asyncio.Event()
        self._waiting.append(go)
        if len(self._waiting) >= self.expected:
            for waiting in self._waiting:
                waiting.set()
            self._waiting = []
        await go.wait()
        for _ in range(EVENTS):
            writer.write(chunk(str(time.monotonic_ns())))
            await writer.drain()
            # The next event finds the stream at rest.
            await asyncio.sleep(0.005 if self.expected == 1 else 0.05)
        writer.write(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")


async def begin(address, source):
    """A stream that has begun. On a machine that has other things to do the gateway may refuse some at first."""
    host, port = address.rsplit(":", 1)
    while True:
        reader, writer = await asyncio.open_connection(host, int(port), local_addr=(source, 0))
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 200"):
            return reader, writer
        assert head.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in head, head
        writer.close()
        await asyncio.sleep(1)


async def ask(address, source="127.0.0.1", opening=None):
    """Seconds that each event of one stream took."""
    async with opening or contextlib.nullcontext():
        reader, writer = await begin(address, source)
    took, is_done = [], False
    while not is_done:
        line = await reader.readline()
        assert line, "cut off"
        if line.startswith(b"data: {"):
            sent = json.loads(line[6:])["choices"][0]["delta"]["content"]
            took.append((time.monotonic_ns() - int(sent)) / 1e9)
        is_done = line.startswith(b"data: [DONE]")
    writer.close()
    return took


@pytest.fixture
def backend():
    with StreamingBackend() as backend:
        yield backend


@pytest.fixture
def gateway(backend, tmp_path):
    place = tmp_path / "models" / "chat" / "1"
    place.mkdir(parents=True)
    # JSON is YAML.
    (place / "backend.yaml").write_text(json.dumps({
        "kind": "openai", "endpoints": [f"http://{backend.address}"], "pool": {"connections": STREAMS, "pending": STREAMS},
        "timeouts": {"idle": "1m"},
    }))
    (place.parent / "model.yaml").write_text(json.dumps({"slots": {"blue": 1}, "live": "blue"}))
    with Gateway(tmp_path, models=tmp_path / "models") as gateway:
        yield gateway


def test_2000_streams_at_once_are_passed_on_whole_within_48_kib_each(gateway, backend):
    async def all_of_them():
        opening = asyncio.Semaphore(32)
        sources = [f"127.0.0.{2 + index % 16}" for index in range(STREAMS)]
        return await asyncio.gather(*(ask(gateway.http, source, opening) for source in sources))

    asyncio.run(ask(gateway.http))
    process = Process(gateway)
    before = process.resident()
    process.forget_peak()
    backend.expected = STREAMS
    streams = asyncio.run(all_of_them())
    assert [len(took) for took in streams] == [EVENTS] * STREAMS
    each = (process.peak() - before) / STREAMS
    print(f"{STREAMS} streams of {EVENTS} events at once: {each / 1024:.1f} KiB each")
    assert each < MOST_BYTES


def test_each_event_is_passed_on_as_it_comes(gateway, backend):
    async def some(address):
        return [await ask(address) for _ in range(20)]

    for name, address in [("direct", backend.address), ("through the gateway", gateway.http)] * 2:
        streams = asyncio.run(some(address))
        assert [len(took) for took in streams] == [EVENTS] * 20
        first = [took[0] * 1000 for took in streams]
        others = sorted(took * 1000 for stream in streams for took in stream[1:])
        print(
            f"{name}: first event {statistics.median(first):.2f} ms, the others {statistics.median(others):.2f} ms,"
            f" p99 {others[len(others) * 99 // 100]:.2f} ms"
        )
