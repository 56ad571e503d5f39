"""The commands about trials and pairs, as an operator types them."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess

import pytest
from captures import Client, echo_repository, settled
from gateway import MODELS, TEAL, Gateway, heldout, teal

# What writes captures runs only when nothing else wants the processor: a busy machine takes its time.
pytestmark = pytest.mark.timeout(240)


def send(gateway, model, requests, headers=None):
    """Sends the requests and returns the trial once all of it is in the store."""
    with Client(gateway.http) as client, Client(gateway.admin) as admin:
        for request in requests:
            client.infer(model, request, headers)
        return settled(admin, model)


def rows(table):
    """A table's rows by its headings; columns are two spaces apart or more."""
    lines = table.splitlines()
    return [dict(zip(lines[0].split(), (cell.strip() for cell in line.split("  ") if cell))) for line in lines[1:]]


def test_trials_are_listed_and_an_earlier_one_can_be_looked_at(tmp_path):
    with Gateway(tmp_path) as gateway:
        assert teal(gateway, "releases", "sentiment")[0].count("running") == 1
        first = send(gateway, "digits", heldout("digits")[:100])
        teal(gateway, "promote", "digits", "--force", "--reason", "test")
        second = send(gateway, "digits", heldout("digits")[100:150])
        listed = rows(teal(gateway, "releases", "digits")[0])
        assert [row["RELEASE"] for row in listed] == [str(trial["release"]["id"]) for trial in (second, first)]
        assert [(row["KIND"], row["HOW"]) for row in listed] == [("standby", "running"), ("candidate", "promoted")]
        paired = [trial["coverage"]["counts"]["paired"] for trial in (second, first)]
        assert [int(row["PAIRS"]) for row in listed] == paired
        assert listed[1]["CANDIDATE"] == "green v2 " + first["release"]["candidate"]["digest"][:12]

        release = first["release"]["id"]
        text, _ = teal(gateway, "status", "digits", "--release", release)
        assert text.startswith(f"trial {release}: candidate green (version 2) beside live blue (version 1)")
        assert "promoted" in text and f"paired {paired[1]} " in text
        shown = json.loads(teal(gateway, "status", "digits", "--release", release, "--json")[0])
        assert shown["release"]["end"] == "promoted"
        assert "label (INT64)" in teal(gateway, "status", "digits", "--release", release, "--comparators")[0]
        assert f"trial {second['release']['id']}: standby" in teal(gateway, "status", "digits")[0]
        pairs = json.loads(teal(gateway, "pairs", "digits", "--release", release, "--limit", 1000, "--json")[0])
        assert len(pairs["pairs"]) == paired[1]
        assert {pair["release"] for pair in pairs["pairs"]} == {release}

        assert "has no release 7; its newest:" in teal(gateway, "status", "digits", "--release", 7, status=1)[1]
        assert "no model 'nobody'" in teal(gateway, "releases", "nobody", status=1)[1]
        assert "--release needs a model" in teal(gateway, "status", "--release", 7, status=64)[1]
        for mode in (("--id", 7), ("--export", "-")):
            assert "--limit goes with neither" in teal(gateway, "pairs", "digits", *mode, "--limit", 5, status=64)[1]
        for command in (("pairs", "digits"), ("search", "digits", "a")):
            assert "--since must be earlier" in teal(gateway, *command, "--since", "1h", "--until", "2h", status=64)[1]


def test_without_a_trial_it_is_said_where_the_earlier_ones_are(tmp_path):
    with Gateway(tmp_path) as gateway:
        teal(gateway, "unload", "digits", "green")
        assert teal(gateway, "status", "digits")[0].endswith(
            "no trial is running; `teal releases digits` lists those that ended\n"
        )
        assert "abandoned" in teal(gateway, "releases", "digits")[0]


def test_exported_requests_are_filed_alike_when_they_are_replayed(tmp_path):
    segments = "segments: [{parameter: user}, {header: x-tenant}]\n"
    models = echo_repository(tmp_path / "models", segments)
    requests = [
        {
            "id": f"id-{index}",
            "parameters": {"user": index % 3, "other": "not declared"},
            "inputs": [{"name": "x", "datatype": "BYTES", "shape": [1], "data": [f"text {index}, a@b.example"]}],
        }
        for index in range(60)
    ]
    (tmp_path / "one").mkdir()
    with Gateway(tmp_path / "one", models=models) as gateway:
        first = send(gateway, "echo", requests[:40], {"x-tenant": "acme"})
        teal(gateway, "promote", "echo", "--force", "--reason", "test")
        second = send(gateway, "echo", requests[40:], {"x-tenant": "acme"})
        exported = tmp_path / "exported.jsonl"
        _, said = teal(gateway, "pairs", "echo", "--export", exported)
        lines = [json.loads(line) for line in exported.read_text().splitlines()]
        assert said == f"teal: exported {len(lines)} requests to {exported}\n"
        paired = [trial["coverage"]["counts"]["paired"] for trial in (first, second)]
        assert len(lines) == sum(paired) and min(paired) > 0
        for line in lines:
            index = int(line["id"].removeprefix("id-"))
            assert line["parameters"] == {"user": str(index % 3)}
            assert line["inputs"][0]["data"] == [f"text {index}, [email]"]
        one, _ = teal(gateway, "pairs", "echo", "--export", "-", "--release", first["release"]["id"])
        assert one.splitlines() == exported.read_text().splitlines()[: paired[0]]

    def users(pairs):
        return sorted((pair["requestID"], segment["value"]) for pair in pairs for segment in pair["segments"])

    (tmp_path / "two").mkdir()
    with Gateway(tmp_path / "two", models=models) as gateway:
        printed, _ = teal(gateway, "replay", "echo", exported, "--url", f"http://{gateway.http}", "--rate", 200)
        assert f"answered {len(lines)}, failed 0" in printed
        with Client(gateway.admin) as admin:
            settled(admin, "echo")
        again = json.loads(teal(gateway, "pairs", "echo", "--limit", 1000, "--json")[0])["pairs"]
        assert {segment["key"] for pair in again for segment in pair["segments"]} == {"user"}
        expected = sorted((line["id"], line["parameters"]["user"]) for line in lines)
        assert set(users(again)) <= set(expected) and len(again) > 0


def test_a_failed_export_keeps_the_file_that_was_there(tmp_path):
    (tmp_path / "gateway").mkdir()
    exported, link = tmp_path / "kept.jsonl", tmp_path / "link.jsonl"
    exported.write_text("mine\n")
    exported.chmod(0o644)
    link.symlink_to(exported)
    with Gateway(tmp_path / "gateway") as gateway:
        sent = heldout("digits")[:100]
        paired = send(gateway, "digits", sent)["coverage"]["counts"]["paired"]
        assert "no model 'nobody'" in teal(gateway, "pairs", "nobody", "--export", exported, status=1)[1]
        assert "no release 7" in teal(gateway, "pairs", "digits", "--export", exported, "--release", 7, status=1)[1]
        assert exported.read_text() == "mine\n"
        teal(gateway, "pairs", "digits", "--export", link)
        assert link.is_symlink() and len(exported.read_text().splitlines()) == paired
        assert exported.stat().st_mode & 0o777 == 0o600
        teal(gateway, "pairs", "digits", "--export", "/dev/null")
        assert os.stat("/dev/null").st_mode & 0o170000 == 0o020000
        for path, reason in [(tmp_path, "Is a directory"), (tmp_path / "no" / "file", "No such file or directory")]:
            said = teal(gateway, "pairs", "digits", "--export", path, status=1)[1]
            assert said == f"teal: cannot write {path}: {reason}\n"
        with_full_disk = teal(gateway, "pairs", "digits", "--export", "/dev/full", status=1)[1]
        assert with_full_disk == "teal: cannot write /dev/full: No space left on device\n"
    kept = exported.read_text()
    assert "is `teal serve` running?" in teal(gateway, "pairs", "digits", "--export", exported, status=1)[1]
    assert exported.read_text() == kept
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gateway", "kept.jsonl", "link.jsonl"]


def test_an_interrupted_export_leaves_nothing_behind(tmp_path):
    exported = tmp_path / "kept.jsonl"
    exported.write_text("mine\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = [TEAL, "pairs", "digits", "--export", exported, "--admin", address]
        export = subprocess.Popen(list(map(str, command)))
        asking, _ = silent.accept()
        with asking:
            assert asking.recv(1)
            assert len(list(tmp_path.iterdir())) == 2
            export.send_signal(signal.SIGINT)
            assert export.wait(20) == 128 + signal.SIGINT
    assert [path.name for path in tmp_path.iterdir()] == ["kept.jsonl"]
    assert exported.read_text() == "mine\n"


def test_shares_of_traffic_can_be_given_back_to_the_manifest(tmp_path):
    models = echo_repository(tmp_path / "models", "shadow: {share: 40%, noise: 20%}\n")
    with Gateway(tmp_path, models=models) as gateway:
        manifest = "echo: shadow 40%, noise 20%, as the manifest says, revision "
        assert teal(gateway, "traffic", "echo")[0].startswith(manifest)
        changed, _ = teal(gateway, "traffic", "echo", "--shadow", "25%")
        assert changed.startswith("echo: shadow 25%, noise 20%, as an operator set them, revision ")
        assert teal(gateway, "traffic", "echo", "--reset", "--reason", "enough")[0].startswith(manifest)
        assert teal(gateway, "traffic", "echo")[0].startswith(manifest)
        newest = json.loads(teal(gateway, "audit", "echo", "--limit", 1, "--json")[0])["entries"][0]
        assert newest["action"] == "traffic" and newest["reason"] == "enough"
        assert newest["detail"] == "shadow 0.25 -> 0.4, noise 0.2 -> 0.2, as the manifest says"
        assert "--reset goes with neither" in teal(
            gateway, "traffic", "echo", "--reset", "--noise", "0", status=64
        )[1]


def test_where_nothing_is_kept_no_pair_is_offered(tmp_path):
    shutil.copytree(MODELS / "digits", tmp_path / "models" / "digits")
    manifest = tmp_path / "models" / "digits" / "model.yaml"
    manifest.write_text(manifest.read_text().replace("green: 2", "green: 3") + "capture: {mode: off}\n")
    with Gateway(tmp_path, models=tmp_path / "models") as gateway:
        trial = send(gateway, "digits", heldout("digits")[:400])
        assert trial["worst"] and all("id" not in worst for worst in trial["worst"])
        text, _ = teal(gateway, "status", "digits")
        worst = text[text.index("WORST PAIR") :].splitlines()
        assert all(line.startswith("-  ") for line in worst[1:-1])
        assert worst[-1] == "- is a pair that cannot be opened: not kept, no longer, or not yet"
        assert teal(gateway, "pairs", "digits")[0] == "no pairs\n"


def test_replay_says_plainly_what_is_wrong(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    requests = tmp_path / "requests.jsonl"
    requests.write_text("{}\n")
    said = teal(None, "replay", "digits", requests, "--url", address, status=1)[1]
    assert said == f"teal: cannot reach the gateway at {address}: connection refused; is `teal serve` running?\n"
    said = teal(None, "replay", "digits", tmp_path / "nothing", "--url", address, status=1)[1]
    assert said == f"teal: cannot read {tmp_path / 'nothing'}: No such file or directory\n"


def test_a_word_for_mirroring_that_is_none_is_refused(gateway):
    connection = http.client.HTTPConnection(gateway.http, timeout=20)
    for word, status in [("skip", 200), ("no", 400), ("", 400)]:
        body = json.dumps(heldout("digits")[0])
        connection.request("POST", "/v2/models/digits/infer", body, {"teal-shadow": word})
        answer = connection.getresponse()
        assert (answer.status, word) == (status, word)
        content = answer.read()
        assert status == 200 or b"teal-shadow must be skip" in content
        connection.close()
