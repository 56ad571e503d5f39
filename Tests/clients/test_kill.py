"""SIGKILL at a random moment while traffic is moved, 200 times: what was acknowledged is there when it runs again."""

import collections
import http.client
import random
import sqlite3
import threading
import time

import pytest
from gateway import Gateway
from operators import BROKEN, MODEL, REQUEST, Operator, judge, next_kind, repository

pytestmark = pytest.mark.timeout(300)

ROUNDS = 200
SEED = 20_261_125
# Twice what a promotion takes on a slow machine: from before the first byte is read to some promotions later.
LATEST = 0.012
UNDER_LOAD = 10
CLIENTS = 4


def test_kill_9_at_any_moment_of_a_cutover_loses_nothing_and_leaves_one_side(tmp_path):
    models = repository(tmp_path / "models")
    generator = random.Random(SEED)
    fates = collections.Counter()
    sent = []
    for number in range(ROUNDS):
        with Gateway(tmp_path, models=models) as gateway, Operator(gateway) as operator:
            fates += judge(gateway, operator, sent)
            with Load(gateway, CLIENTS if number % UNDER_LOAD == 0 else 0) as load:
                sent = killed_while_moving(gateway, operator.status(), number, generator.uniform(0, LATEST))
            load.assert_harmless()
    with Gateway(tmp_path, models=models) as gateway, Operator(gateway) as operator:
        fates += judge(gateway, operator, sent)
    database = sqlite3.connect(tmp_path / "data" / "control.db")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("SELECT * FROM intents").fetchall() == []
    database.close()
    # Else the moments were badly chosen, and nothing was tested.
    assert fates["acknowledged"] > 0 and fates["taken back"] + fates["never begun"] > 0, fates


def killed_while_moving(gateway, status, number, moment):
    """Moves traffic back and forth until the process is killed, `moment` seconds after the first request is sent."""
    sends = threading.Event()
    sent = []

    def move():
        with Operator(gateway) as operator:
            try:
                operator.status()
                sends.set()
                kind = next_kind(status)
                while True:
                    operator.move(kind, f"round {number}, action {len(operator.actions)}")
                    kind = "rollback" if kind == "promote" else "promote"
            except BROKEN:
                pass
            finally:
                sends.set()
                sent.extend(operator.actions)

    thread = threading.Thread(target=move)
    thread.start()
    sends.wait()
    time.sleep(moment)
    gateway.kill()
    thread.join()
    return sent


class Load:
    """Clients that send as fast as they can, each on its own connection, until it breaks."""

    def __init__(self, gateway, clients):
        self._address = gateway.http
        self._threads = [threading.Thread(target=self._send) for _ in range(clients)]
        self._answers = []
        self._faults = []

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in self._threads:
            thread.join()

    def _send(self):
        answers = []
        connection = http.client.HTTPConnection(self._address, timeout=20)
        try:
            while True:
                connection.request("POST", f"/v2/models/{MODEL}/infer", REQUEST)
                answer = connection.getresponse()
                body = answer.read()
                answers.append(
                    (answer.status, int(answer.headers["teal-generation"]), answer.headers["teal-slot"], body)
                )
        except BROKEN:
            pass
        except BaseException as fault:
            self._faults.append(fault)
        finally:
            connection.close()
            self._answers.append(answers)

    def assert_harmless(self):
        """Every answer was one; within a connection time goes forward, and in one generation one slot answers."""
        assert self._faults == []
        assert len(self._answers) == len(self._threads)
        sides = {}
        for answers in self._answers:
            generations = [generation for _, generation, _, _ in answers]
            assert generations == sorted(generations)
            for status, generation, slot, body in answers:
                assert status == 200, body
                assert sides.setdefault(generation, slot) == slot
