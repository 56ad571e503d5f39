"""The figures of each second, as the dashboard's charts get them."""

import http.client
import json
import os
import signal

from gateway import heldout


class Events:
    """Server-sent events of one answer that goes on."""

    def __init__(self, gateway):
        self.connection = http.client.HTTPConnection(gateway.admin, timeout=30)
        self.connection.request("GET", "/admin/v1/events")
        self.answer = self.connection.getresponse()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def next(self):
        """Name and data of the next one; None at the end."""
        name = data = None
        while line := self.answer.readline().decode().rstrip("\n"):
            kind, text = line.split(": ", 1)
            name, data = (text, data) if kind == "event" else (name, json.loads(text))
        return (name, data) if name else None


def test_the_past_comes_first_and_then_each_second(gateway):
    with Events(gateway) as events:
        assert events.answer.headers["Content-Type"] == "text/event-stream"
        name, history = events.next()
        assert name == "history" and isinstance(history, list)
        seconds = [events.next() for _ in range(2)]
        assert [name for name, _ in seconds] == ["figures", "figures"]
        assert all(0.9 < figures["seconds"] for _, figures in seconds)
        assert {"digits", "sentiment"} <= seconds[0][1]["models"].keys()


def test_what_is_sent_is_counted_on_the_slot_that_answers_and_on_both_sides_of_the_pairs(start_gateway):
    sent = 200
    with start_gateway() as gateway, Events(gateway) as events:
        events.next()
        connection = http.client.HTTPConnection(gateway.http, timeout=20)
        for request in heldout("digits")[:sent]:
            connection.request("POST", "/v2/models/digits/infer", json.dumps(request))
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()
        connection.close()
        counted = pairs = 0
        while counted < sent or pairs < sent:
            _, figures = events.next()
            model = figures["models"]["digits"]
            if slot := model["slots"].get("blue"):
                counted += slot["requests"]
                assert slot["version"] == 1 and slot["errors"] == 0 and 0 < slot["p50"] <= slot["p99"]
            if mirrored := model.get("mirrored"):
                pairs += mirrored["pairs"]
                assert mirrored["candidate"]["errors"] == 0 and 0 < mirrored["candidate"]["p50"]
        assert (counted, pairs) == (sent, sent)


def test_a_stop_does_not_wait_for_who_follows(start_gateway):
    with start_gateway() as gateway, Events(gateway) as events:
        events.next()
        os.kill(gateway.pid, signal.SIGTERM)
        while events.next():
            pass
        gateway.wait_for_end()
