"""The gate as operators, pipelines and receivers of webhooks meet it: codes, files, and what is refused."""

import concurrent.futures
import contextlib
import hashlib
import hmac
import http.server
import json
import threading
import time
import xml.etree.ElementTree

import pytest
from captures import Client, settled, until
from gateway import Gateway, heldout, teal
from operators import MANIFEST, MODEL, Operator, repository

# What writes captures runs only when nothing else wants the processor: a busy machine takes its time.
pytestmark = pytest.mark.timeout(240)

# Decided within dozens of pairs: margins are wide, and nothing is asked of time.
GATE = """
gate:
  minimumTime: 0s
  acceptUnlabelled: true
  verdictLifetime: {lifetime}
  checks:
    data_quality: {{margin: 0.5, pairs: 1}}
    validity: {{margin: 0.5, pairs: 10}}
    errors: {{margin: 0.5, pairs: 10}}
    quality: {{margin: 0.5, pairs: 10}}
    latency_p50: {{enforce: off}}
    latency_p99: {{enforce: off}}
    segments: {{enforce: off}}
"""
ENOUGH = 60
PATH = f"/admin/v1/models/{MODEL}"


@contextlib.contextmanager
def gated(folder, *flags, lifetime="60m"):
    """A gateway whose gate decides soon, and who asks it."""
    models = folder / "models"
    if not models.exists():
        repository(models, MANIFEST + GATE.format(lifetime=lifetime))
    with Gateway(folder, *flags, models=models) as gateway, Operator(gateway) as operator:
        yield gateway, operator


def send(gateway, count=ENOUGH, name="request"):
    """Sends until so many requests are stored as pairs, and returns their ids: a busy machine mirrors not all."""
    sent, paired = 0, []
    with Client(gateway.http) as client, Client(gateway.admin) as admin:
        while len(paired) < count:
            for _ in range(count - len(paired)):
                request = {"id": f"{name}-{sent}", "inputs": heldout(MODEL)[sent % len(heldout(MODEL))]["inputs"]}
                client.infer(MODEL, request)
                sent += 1
            settled(admin, MODEL)
            ids = (pair["requestID"] for pair in admin.json(f"{PATH}/pairs?limit=1000")["pairs"])
            paired = [identifier for identifier in ids if identifier.startswith(f"{name}-")]
    return paired


def judged(operator, decision):
    """The gate's answer, which must be this one."""
    status, answer = operator.call("GET", f"/gate/{MODEL}")
    assert (answer["decision"], answer["promote"]) == (decision, decision == "promote"), answer["verdict"]["reasons"]
    assert status == (200 if decision == "promote" else 409)
    return answer


def refused(operator, method, path, body, status, code, headers=None):
    """The error of a call that must fail this way."""
    answered, answer = operator.call(method, path, body, headers)
    assert (answered, answer["error"]["code"]) == (status, code), answer
    return answer["error"]


def condemn(operator, ids):
    """Tells the gate that the candidate was wrong each time, and live right."""
    items = [{"id": identifier, "scores": {"live": 1, "candidate": 0}} for identifier in ids]
    status, reply = operator.call("POST", f"{PATH}/feedback", {"feedback": items})
    assert (status, reply["accepted"], reply["problems"]) == (200, len(ids), [])


# Codes for pipelines


def test_status_codes_and_exit_codes_say_what_the_gate_says(tmp_path):
    with gated(tmp_path) as (gateway, operator):
        for decision, code in [("hold", 3), ("promote", 0), ("reject", 2)]:
            if decision == "promote":
                ids = send(gateway)
            elif decision == "reject":
                condemn(operator, ids)
            status = 200 if decision == "promote" else 409
            for method in ("GET", "POST"):
                assert operator.call(method, f"/gate/{MODEL}")[0] == status
                answered, answer = operator.call(method, f"/gate/{MODEL}?always=200")
                assert (answered, answer["decision"]) == (200, decision)
            printed, _ = teal(gateway, "gate", MODEL, status=code)
            assert printed.startswith(f"{MODEL}: {decision.upper()}")
            shown = json.loads(teal(gateway, "gate", MODEL, "--json", status=code)[0])
            assert shown["decision"] == decision
            # Decided: no reason to wait. Undecided: the time is soon over.
            teal(gateway, "gate", MODEL, "--wait", "1s", status=code)
        assert "no model 'nobody'" in teal(gateway, "gate", "nobody", status=1)[1]
        refused(operator, "GET", "/gate/nobody", None, 404, "not_found")
        refused(operator, "GET", f"/gate/{MODEL}?always=201", None, 400, "invalid_request")
    assert "is `teal serve` running?" in teal(gateway, "gate", MODEL, status=1)[1]


def test_after_a_promotion_there_is_no_candidate_to_judge(tmp_path):
    with gated(tmp_path) as (gateway, operator):
        send(gateway)
        judged(operator, "promote")
        teal(gateway, "promote", MODEL)
        # The reverse trial would pass each check, with the standby as the one that is to be promoted.
        send(gateway, name="later")
        message = refused(operator, "GET", f"/gate/{MODEL}", None, 409, "not_ready")["message"]
        assert "version 1 is kept for rollback" in message
        assert message in teal(gateway, "gate", MODEL, status=1)[1]
        refused(operator, "POST", f"{PATH}/promote", {}, 409, "not_ready")
        assert operator.status()["live"] == "green"


def test_waiting_ends_with_the_decision(tmp_path):
    with gated(tmp_path) as (gateway, _), concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = pool.submit(teal, gateway, "gate", MODEL, "--wait", "60s")
        send(gateway)
        assert waiting.result()[0].startswith(f"{MODEL}: PROMOTE")


# Files


def test_reports_and_junit_are_written_to_files(tmp_path):
    with gated(tmp_path) as (gateway, operator):
        junit = tmp_path / "gate.xml"
        teal(gateway, "gate", MODEL, "--junit", junit, status=3)
        root = xml.etree.ElementTree.parse(junit).getroot()
        assert failures(root) > 0, "a hold must not look green"
        ids = send(gateway)
        teal(gateway, "gate", MODEL, "--junit", junit)
        assert failures(xml.etree.ElementTree.parse(junit).getroot()) == 0
        condemn(operator, ids)

        written = {name: tmp_path / f"report.{name}" for name in ("html", "md", "json", "junit")}
        for name, path in written.items():
            assert teal(gateway, "report", MODEL, "--format", name, "-o", path) == ("", "")
        html = written["html"].read_text()
        assert html.startswith("<!DOCTYPE html>") and "REJECT" in html.upper()
        assert "<script" not in html and "http://" not in html.replace("http://www.w3.org/", "")
        assert "quality" in written["md"].read_text()
        report = json.loads(written["json"].read_text())
        assert report["verdict"]["decision"] == "reject"
        assert any(check["check"] == "quality" and check["state"] == "fail" for check in report["verdict"]["checks"])
        assert failures(xml.etree.ElementTree.parse(written["junit"]).getroot()) > 0
        # Without a file: the standard output, and the same figures.
        assert json.loads(teal(gateway, "report", MODEL, "--json")[0])["verdict"] == report["verdict"]
        said = teal(gateway, "report", MODEL, "-o", tmp_path / "no" / "file", status=1)[1]
        assert said.startswith(f"teal: cannot write {tmp_path / 'no' / 'file'}: ")
        said = teal(gateway, "gate", MODEL, "--junit", tmp_path / "no" / "file", status=1)[1]
        assert said.startswith(f"teal: cannot write {tmp_path / 'no' / 'file'}: ")


def failures(root):
    return sum(1 for case in root.iter("testcase") if case.find("failure") is not None)


# Promotions


def test_a_promotion_needs_the_gate_and_says_which_verdict_it_rests_on(tmp_path):
    with gated(tmp_path) as (gateway, operator):
        error = refused(operator, "POST", f"{PATH}/promote", {}, 409, "gate_hold")
        assert any(detail.startswith("C2 errors: ") for detail in error["details"])
        said = teal(gateway, "promote", MODEL, status=1)[1]
        assert "the gate says hold" in said and "C2 errors: " in said
        assert "--force needs --reason" in teal(gateway, "promote", MODEL, "--force", status=64)[1]
        refused(operator, "POST", f"{PATH}/promote", {"force": True}, 400, "invalid_request")
        refused(operator, "POST", f"{PATH}/promote", {"verdict": 4711}, 404, "not_found")
        ids = send(gateway)
        given = judged(operator, "promote")
        teal(gateway, "promote", MODEL, "--verdict", given["id"], "--reason", "the gate says so")
        row = operator.audit()[-1]
        assert (row["action"], row["verdict"], row["forced"]) == ("promote", given["id"], False)
        assert operator.status()["promotion"]["verdict"] == given["id"]
        shown = operator.get(f"/admin/v1/verdicts/{given['id']}")
        assert shown["isSigned"] and shown["verdict"]["decision"] == "promote"
        assert len(ids) == shown["verdict"]["inputs"]["pairs"]


def test_an_expired_verdict_promotes_nothing(tmp_path):
    with gated(tmp_path, lifetime="1s") as (gateway, operator):
        send(gateway)
        given = judged(operator, "promote")
        until(lambda: time.time() > given["expires"] / 1e6)
        error = refused(operator, "POST", f"{PATH}/promote", {"verdict": given["id"]}, 409, "verdict_invalid")
        assert error["message"].startswith(f"verdict {given['id']} has expired ")
        assert "has expired" in teal(gateway, "promote", MODEL, "--verdict", given["id"], status=1)[1]
        assert operator.status()["live"] == "blue"
        # What the gate says now is another verdict.
        status, reply = operator.call("POST", f"{PATH}/promote", {})
        assert status == 200 and reply["status"]["promotion"]["verdict"] > given["id"]


def test_a_rejection_stands_for_this_version_and_outlives_a_restart(tmp_path):
    with gated(tmp_path) as (gateway, operator):
        ids = send(gateway)
        given = judged(operator, "promote")
        condemn(operator, ids)
        rejected = judged(operator, "reject")
        assert any(reason.startswith("C5 quality: ") for reason in rejected["verdict"]["reasons"])
        # The earlier verdict has not expired, and counts no longer.
        refused(operator, "POST", f"{PATH}/promote", {"verdict": given["id"]}, 409, "gate_reject")
    with gated(tmp_path) as (gateway, operator):
        reasons = judged(operator, "reject")["verdict"]["reasons"]
        assert any("rejected under this policy before" in reason for reason in reasons)
        refused(operator, "POST", f"{PATH}/promote", {}, 409, "gate_reject")
        teal(gateway, "promote", MODEL, "--force", "--reason", "an experiment")
        row = operator.audit()[-1]
        assert row["forced"] and "the gate says reject" in row["detail"]


def test_a_repeated_key_promotes_once(tmp_path):
    key = {"Idempotency-Key": "deploy-17"}
    with gated(tmp_path) as (gateway, operator):
        refused(operator, "POST", f"{PATH}/promote", {}, 409, "gate_hold", key)
        # A refusal is not what the key stands for.
        send(gateway)
        status, first = operator.call("POST", f"{PATH}/promote", {"reason": "first"}, key)
        assert (status, first["replayed"]) == (200, False)
        status, again = operator.call("POST", f"{PATH}/promote", {"reason": "again"}, key)
        assert (status, again["replayed"], again["audit"]) == (200, True, first["audit"])
        refused(operator, "POST", f"{PATH}/rollback", {}, 409, "idempotency_key_reused", key)
        rows = operator.audit()
    with gated(tmp_path) as (_, operator):
        status, again = operator.call("POST", f"{PATH}/promote", {}, key)
        assert (status, again["replayed"], again["audit"]) == (200, True, first["audit"])
        assert operator.audit() == rows
        assert operator.status()["live"] == "green"


def test_of_two_operators_who_promote_at_once_one_wins(tmp_path):
    with gated(tmp_path) as (gateway, operator), concurrent.futures.ThreadPoolExecutor(2) as pool:
        send(gateway)
        judged(operator, "promote")
        replies = at_once(pool, gateway, {})
        assert [status for status, _ in replies] == [200, 409]
        assert replies[1][1]["error"]["code"] == "not_ready"
        assert operator.status()["live"] == "green"
        for _ in range(20):
            status, _ = operator.call("POST", f"{PATH}/rollback", {})
            assert status == 200
            revision = operator.status()["revision"]
            forced = {"force": True, "reason": "both", "revision": revision}
            replies = at_once(pool, gateway, forced)
            assert [status for status, _ in replies] == [200, 409]
            error = replies[1][1]["error"]
            assert (error["code"], error["currentRevision"]) == ("stale_revision", revision + 1)
        rows = operator.audit()
        assert [row["revision"] for row in rows] == list(range(1, len(rows) + 1))


def at_once(pool, gateway, body):
    """What two operators get who promote at the same time, the smaller status first."""
    barrier = threading.Barrier(2)

    def promote():
        with Operator(gateway) as operator:
            operator.status()
            barrier.wait()
            return operator.call("POST", f"{PATH}/promote", body)

    both = [pool.submit(promote) for _ in range(2)]
    return sorted((one.result() for one in both), key=lambda reply: reply[0])


# Bad input


def test_feedback_that_is_about_nothing_is_refused(tmp_path):
    with gated(tmp_path) as (gateway, operator):
        known = send(gateway, 1)[0]
        feedback = f"{PATH}/feedback"
        error = refused(operator, "POST", feedback, {"id": "nobody", "label": 1}, 404, "not_found")
        assert "no pair of a request with this id is kept" in error["message"]
        items = [{"id": "nobody", "label": 1}, {"id": known, "label": 1}]
        status, reply = operator.call("POST", feedback, {"feedback": items})
        assert (status, reply["accepted"], reply["known"]) == (200, 1, 0)
        assert [(problem["id"], problem["code"]) for problem in reply["problems"]] == [("nobody", "unknown")]
        status, reply = operator.call("POST", feedback, {"id": known, "label": 1})
        assert (status, reply["accepted"], reply["known"]) == (200, 0, 1)
        refused(operator, "POST", feedback, {"id": known, "label": 2}, 409, "conflict")
        for body in [
            {}, [], {"id": "", "label": 1}, {"id": known}, {"id": known, "label": ""}, {"feedback": []},
            {"id": known, "label": 1, "scores": {"live": 1, "candidate": 1}},
            {"id": known, "scores": {"live": 2, "candidate": 0}},
            {"id": known, "scores": {"live": 1}},
            {"feedback": [{"id": "nobody", "label": 1}] * 1_001},
        ]:
            refused(operator, "POST", feedback, body, 400, "invalid_request")
        refused(operator, "POST", "/admin/v1/models/nobody/feedback", {"id": known, "label": 1}, 404, "not_found")

        lines = tmp_path / "labels.jsonl"
        lines.write_text(json.dumps(items[1]) + "\n\n" + json.dumps(items[0]) + "\n")
        printed, _ = teal(gateway, "feedback", MODEL, lines, status=1)
        assert printed.startswith("0 accepted, 1 known already, 1 refused\n  nobody: no pair")
        assert "cannot read" in teal(gateway, "feedback", MODEL, tmp_path / "nothing", status=1)[1]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("{checks: {speed: {margin: 1}}}", "gate.checks: unknown check 'speed'; known are data_quality, validity, "),
        ("{checks: {errors: {margin: -0.1}}}", "errors: margin must lie between 0.0001 and 0.5, not -0.1"),
        ("{checks: {errors: {margin: .nan}}}", "errors: margin must lie between 0.0001 and 0.5, not nan"),
        ("{checks: {latency_p99: {margin: 0.5}}}", "latency_p99: margin must lie between 1.0 and 1000.0, not 0.5"),
        ("{checks: {errors: {pairs: -1}}}", "gate.checks.errors.pairs: must lie between 0 and "),
        ("{checks: {errors: {slack: 1ms}}}", "errors: `slack` is a key of latency checks"),
        ("{checks: {errors: {enforce: maybe}}}", "gate.checks.errors.enforce: 'maybe' is none of block, inform, off"),
        ("{alpha: 0}", "gate.alpha: must lie between 0.0001 and 0.2, not 0.0"),
        ("{alpha: 0.9}", "gate.alpha: must lie between 0.0001 and 0.2, not 0.9"),
        ("{alfa: 0.1}", "gate: unknown key 'alfa'; known are mode, alpha, "),
        ("{mode: fast}", "gate.mode: 'fast' is none of equivalence, noninferiority"),
        ("{verdictLifetime: 1ms}", "gate.verdictLifetime: must be at least 1s"),
        ("{watch: 5}", "gate.watch: '5' is not a duration; "),
        ("{rollbackOn: [cost]}", "gate.rollbackOn: 'cost' takes nothing back; possible are validity, errors, "),
    ],
)
def test_a_policy_that_means_nothing_keeps_the_model_from_being_served(tmp_path, policy, said):
    models = repository(tmp_path / "models", f"{MANIFEST}gate: {policy}\n")
    with Gateway(tmp_path, models=models, degraded=True) as gateway, Operator(gateway) as operator:
        (line,) = [line for line in gateway.log().splitlines() if line.startswith("teal: not ready: ")]
        assert line.startswith(f"teal: not ready: model '{MODEL}': {models / MODEL / 'model.yaml'}: gate")
        assert said in line
        status, readiness = operator.call("GET", "/readyz")
        assert status == 503 and said in readiness["reasons"][0]


# Webhooks


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted; the first delivery fails, as if the receiver were just starting."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.deliveries.append((self.headers["teal-signature"], self.headers["Content-Type"], body))
        self.send_response(503 if len(self.server.deliveries) == 1 else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.deliveries = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def is_ours(header, body, secret):
    """As docs/pipelines.md tells receivers to check."""
    moment, code = (part.split("=", 1)[1] for part in header.split(","))
    return hmac.compare_digest(code, hmac.new(secret, moment.encode() + b"." + body, hashlib.sha256).hexdigest())


def test_webhooks_tell_what_happened_signed_and_again_when_they_fail(tmp_path, receiver):
    secret = "not a guess"
    address = f"http://127.0.0.1:{receiver.server_port}/teal?token=1"
    flags = ["--set", f"webhooks.urls={address}", "--set", f"webhooks.secret={secret}"]

    def events():
        """Deliveries that were accepted."""
        return [json.loads(body) for _, _, body in receiver.deliveries[1:]]

    def told(count):
        until(lambda: len(events()) >= count)
        return events()

    with gated(tmp_path, *flags) as (gateway, operator):
        assert [(event["kind"], event["decision"]) for event in told(1)] == [("verdict", "hold")]
        send(gateway)
        assert [event["decision"] for event in told(2)] == ["hold", "promote"]
        teal(gateway, "promote", MODEL)
        told(3)
        teal(gateway, "rollback", MODEL)
        after = told(4)
        assert [event["kind"] for event in after[2:4]] == ["promoted", "rolled_back"]
        assert after[2]["verdict"] == after[1]["verdict"] == operator.audit()[-2]["verdict"]
        assert [event["revision"] for event in after[2:4]] == [row["revision"] for row in operator.audit()[-2:]]
        assert {event["model"] for event in after} == {MODEL}
    first, second = receiver.deliveries[:2]
    assert first == second, "what failed is delivered again as it was"
    for signature, kind, body in receiver.deliveries:
        assert kind == "application/json"
        assert is_ours(signature, body, secret.encode())
        assert not is_ours(signature, body, b"a guess") and not is_ours(signature, body + b" ", secret.encode())
        assert abs(int(signature.split(",")[0].removeprefix("t=")) - time.time()) < 240
    assert secret not in gateway.log()
