"""Captured pairs on disk: what is kept of secrets, and what a disk that fails does to live requests."""

import contextlib
import json
import os
import random
import re
import sqlite3
import subprocess

import numpy
import pytest
from captures import Client, echo_repository, metrics, on_disk, resident_bytes, settled, until
from gateway import Gateway, heldout

# What writes captures runs only when nothing else wants the processor: a busy machine takes its time.
pytestmark = pytest.mark.timeout(240)

REQUESTS = 10_000


def luhn(digits):
    """`digits` with the check digit that makes it a card number."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def secrets(generator):
    """One secret of each kind."""
    word = lambda letters, length: "".join(generator.choice(letters) for _ in range(length))
    lower, mixed = "abcdefghijkmnpqrstuvwxyz", "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    card = luhn("4" + word("0123456789", 14))
    return {
        "email": f"{word(lower, 9)}@{word(lower, 7)}.example",
        "card": card,
        "spaced": " ".join(card[index : index + 4] for index in range(0, 16, 4)),
        "bearer": word(mixed, 32),
        "key": "sk-" + word(mixed, 40),
        "hub": "ghp_" + word(mixed, 36),
    }


def planted(generator):
    """A text that holds one of the secrets, as people and programs write them, and the bytes that must not be found."""
    found = secrets(generator)
    kind = generator.choice(list(found))
    secret = found[kind]
    told = f"Authorization: Bearer {secret}" if kind == "bearer" else f"this is mine: {secret} (keep it)"
    form = generator.randrange(3)
    if form == 1:
        told = json.dumps({"note": told, "n": 1})
    elif form == 2:
        # Every character of the secret escaped, as JSON allows.
        told = json.dumps({"note": told}).replace(secret, "".join(f"\\u{ord(letter):04x}" for letter in secret))
    return told, secret


def test_secrets_are_found_nowhere(tmp_path):
    models = echo_repository(tmp_path / "models", "segments: [{parameter: user}, {header: x-tenant}]\n")
    generator = random.Random(3)
    needles = []
    with Gateway(tmp_path, models=models) as gateway:
        with Client(gateway.http) as client, Client(gateway.admin) as admin:
            for index in range(REQUESTS):
                told, secret = planted(generator)
                more = secrets(generator)
                request = {
                    "id": more["email"],
                    "parameters": {"user": more["email"]},
                    "inputs": [{"name": "x", "datatype": "BYTES", "shape": [1], "data": [told]}],
                }
                answer = client.infer("echo", request, {"x-tenant": more["key"]})
                assert secret.encode() in answer or form_of(secret).encode() in answer
                needles += [secret, more["email"], more["key"]]
            trial = settled(admin, "echo")
            assert trial["coverage"]["counts"]["paired"] > REQUESTS / 10
            shown = [json.dumps(trial).encode(), admin.get("/metrics")]
            shown.append(admin.get("/admin/v1/models/echo/requests?limit=1000"))
            page = admin.json("/admin/v1/models/echo/pairs?limit=1000")
            shown.append(json.dumps(page).encode())
            shown += [admin.get(f"/admin/v1/models/echo/pairs/{pair['id']}") for pair in page["pairs"][:300]]
            assert b"[email]" in shown[2] and b"[card]" in shown[2] and b"[token]" in shown[2]
            # While it runs: the databases and their logs.
            assert_absent(needles, on_disk(tmp_path / "data"), "while the gateway runs")
            assert_absent(needles, b"".join(shown), "in answers of the API")
        log = gateway.log().encode()
    assert_absent(needles, on_disk(tmp_path / "data"), "after the gateway ended")
    assert_absent(needles, log, "in the log")


def form_of(secret):
    """How JSON in an answer's JSON writes the escaped form."""
    return "".join(f"\\\\u{ord(letter):04x}" for letter in secret)


def windows(hay):
    """Every run of 8 bytes as one number."""
    count = max(0, len(hay) - 7)
    found = numpy.zeros(count, numpy.uint64)
    for index in range(8):
        found |= hay[index : index + count].astype(numpy.uint64) << numpy.uint64(8 * index)
    return found


def assert_absent(needles, hay, where):
    """None of many long needles is in `hay`, as it is or with the escapes of JSON taken back."""
    by_beginning = {int.from_bytes(needle.encode()[:8], "little"): needle for needle in needles}
    beginnings = numpy.array(list(by_beginning), numpy.uint64)
    plain = re.sub(rb"\\+u00([0-9a-f]{2})", lambda match: bytes.fromhex(match[1].decode()), hay)
    for text in (hay, plain):
        runs = windows(numpy.frombuffer(text, numpy.uint8))
        for place in numpy.flatnonzero(numpy.isin(runs, beginnings)):
            needle = by_beginning[int(runs[place])].encode()
            assert text[place : place + len(needle)] != needle, f"{needle.decode()} {where}"


def test_what_retention_removed_is_gone_from_the_disk(tmp_path):
    models = echo_repository(tmp_path / "models", "capture: {mode: full}\n")
    marks = [f"mark-{random.Random(index).getrandbits(64):016x}" for index in range(500)]
    with Gateway(tmp_path, "--set", "captures.maxAge=4s", models=models) as gateway:
        with Client(gateway.http) as client, Client(gateway.admin) as admin:
            for mark in marks:
                client.infer("echo", {"inputs": [{"name": "x", "datatype": "BYTES", "shape": [1], "data": [mark]}]})
            stored = settled(admin, "echo")["coverage"]["counts"]["paired"]
            assert stored > 0
            until(lambda: metrics(admin)['teal_captures_total{state="expired"}'] == stored)
            assert admin.json("/admin/v1/models/echo/pairs")["pairs"] == []
            # The log is cut right after.
            until(lambda: not any(mark.encode() in on_disk(tmp_path / "data") for mark in marks))


@contextlib.contextmanager
def small_disk(folder, size):
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def send_digits(client, count):
    requests = [{"inputs": request["inputs"]} for request in heldout("digits")]
    for index in range(count):
        client.infer("digits", requests[index % len(requests)])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_full_disk_costs_captures_and_no_live_request(tmp_path):
    with small_disk(tmp_path / "data", "3m"), Gateway(tmp_path) as gateway:
        with Client(gateway.http) as client, Client(gateway.admin) as admin:
            until(lambda: send_digits(client, 500) or metrics(admin)["teal_captures_failing"] == 1)
            memory = resident_bytes(gateway.pid)
            send_digits(client, 5_000)
            assert resident_bytes(gateway.pid) - memory < 64 << 20
            stored = metrics(admin)['teal_captures_total{state="stored"}']
            # Room again: the store goes on by itself.
            subprocess.run(["mount", "-o", "remount,size=100m", tmp_path / "data"], check=True)
            until(lambda: metrics(admin)["teal_captures_failing"] == 0)
            send_digits(client, 500)
            settled(admin, "digits")
            assert metrics(admin)['teal_captures_total{state="stored"}'] > stored
            assert_books(admin)


def test_a_locked_store_costs_captures_and_no_live_request(tmp_path):
    with Gateway(tmp_path) as gateway, Client(gateway.http) as client, Client(gateway.admin) as admin:
        send_digits(client, 500)
        settled(admin, "digits")
        lock = sqlite3.connect(tmp_path / "data" / "captures.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        send_digits(client, 2_000)
        until(lambda: metrics(admin)["teal_captures_failing"] == 1)
        stored = metrics(admin)['teal_captures_total{state="stored"}']
        lock.execute("ROLLBACK")
        lock.close()
        until(lambda: metrics(admin)["teal_captures_failing"] == 0)
        settled(admin, "digits")
        assert metrics(admin)['teal_captures_total{state="stored"}'] > stored
        assert_books(admin)


def assert_books(admin):
    page = metrics(admin)
    dropped = sum(value for name, value in page.items() if name.startswith("teal_captures_dropped_total"))
    appended, stored = (page[f'teal_captures_total{{state="{state}"}}'] for state in ("appended", "stored"))
    assert appended == stored + dropped
    assert page['teal_requests_total{model="digits",slot="blue",version="1",outcome="failed"}'] == 0
