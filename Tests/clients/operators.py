"""An operator who moves traffic while the process may die, and what must hold once it runs again."""

import collections
import dataclasses
import http.client
import json
import shutil

from gateway import MODELS, heldout

MODEL = "digits"
MANIFEST = "slots: {blue: 1, green: 2}\nlive: blue\n"
REQUEST = json.dumps({"inputs": heldout(MODEL)[0]["inputs"]})

# What a client of a process that was killed sees: the connection breaks, or cannot be made.
BROKEN = (ConnectionError, http.client.HTTPException)


def repository(folder, manifest=MANIFEST):
    """The smallest bundled model alone, without a warm-up: it is started again and again."""
    for version in ("1", "2", "3"):
        shutil.copytree(MODELS / MODEL / version, folder / MODEL / version)
    (folder / MODEL / "model.yaml").write_text(manifest)
    return folder


@dataclasses.dataclass
class Action:
    """A promotion or a rollback that was sent. `reply` is None when the connection broke before the answer."""

    kind: str
    name: str
    reply: dict | None = None


class Operator:
    """Asks the admin API of one process, on one connection. What it has sent is in `actions`."""

    def __init__(self, gateway):
        self._connection = http.client.HTTPConnection(gateway.admin, timeout=20)
        self.actions = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def call(self, method, path, body=None, headers=None):
        """Status and JSON body of the answer."""
        text = None if body is None else json.dumps(body)
        self._connection.request(method, path, text, {"Content-Type": "application/json"} | (headers or {}))
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def get(self, path):
        status, body = self.call("GET", path)
        assert status == 200, f"{path}: {status} {body}"
        return body

    def move(self, kind, name):
        """Promotes by force or rolls back. `name` tells the action from all others: it is its reason and its key."""
        self.actions.append(Action(kind, name))
        body = {"reason": name} | ({"force": True} if kind == "promote" else {})
        status, reply = self.call("POST", f"/admin/v1/models/{MODEL}/{kind}", body, {"Idempotency-Key": name})
        assert status == 200, f"{kind}: {status} {reply}"
        self.actions[-1].reply = reply
        return reply

    def status(self):
        return self.get(f"/admin/v1/models/{MODEL}")

    def audit(self):
        """All rows, oldest first."""
        rows, page = [], {"next": None}
        while page:
            before = f"&before={page['next']}" if page["next"] else ""
            page = self.get(f"/admin/v1/audit?limit=1000{before}")
            rows += page["entries"]
            page = page if page.get("next") else None
        return rows[::-1]


def next_kind(status):
    """What can be done: to take back the promotion that stands, or to promote."""
    return "promote" if status.get("promotion") is None else "rollback"


def serving(gateway, count=6):
    """The slots and versions that answer, each request on a connection of its own so that all event loops are asked."""
    seen = set()
    for _ in range(count):
        connection = http.client.HTTPConnection(gateway.http, timeout=20)
        connection.request("POST", f"/v2/models/{MODEL}/infer", REQUEST)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        seen.add((answer.headers["teal-slot"], int(answer.headers["teal-version"])))
        connection.close()
    return seen


def assert_one_side(gateway, status):
    """Every answer comes from the slot that is live, and everything said about the model fits to that."""
    live = status["live"]
    slots = {slot["slot"]: slot for slot in status["slots"]}
    assert serving(gateway) == {(live, slots[live]["version"])}
    (other,) = set(slots) - {live}
    assert slots[live]["role"] == "live" and slots[live]["state"] == slots[other]["state"] == "ready"
    kind = "standby" if status.get("promotion") else "candidate"
    assert slots[other]["role"] == kind
    release = status["release"]
    assert (release["kind"], release["live"]["slot"], release["candidate"]["slot"]) == (kind, live, other)
    for side in ("live", "candidate"):
        held = slots[release[side]["slot"]]
        assert (release[side]["version"], release[side]["digest"]) == (held["version"], held["digest"])


def assert_history(rows, status):
    """The audit log is one story without gaps, and its end is what the status says."""
    assert [row["id"] for row in rows] == list(range(1, len(rows) + 1))
    for before, row in zip(rows, rows[1:]):
        step = 0 if row["action"] == "intent_resolved" else 1
        assert row["revision"] == before["revision"] + step, f"{before} and then {row}"
        assert row["liveBefore"] == before["liveAfter"], f"{before} and then {row}"
        moves = row["action"] in ("promote", "rollback")
        assert (row["liveBefore"] != row["liveAfter"]) == moves, f"{row}"
    assert (rows[-1]["revision"], rows[-1]["liveAfter"]) == (status["revision"], status["live"])
    moves = [row for row in rows if row["action"] in ("promote", "rollback")]
    stands = bool(moves) and moves[-1]["action"] == "promote"
    assert stands == (status.get("promotion") is not None)
    if stands:
        assert status["promotion"]["at"] <= moves[-1]["at"] < status["promotion"]["watchedUntil"]


def fate(action, rows):
    """`done`, `taken back` or `never begun`; whatever was acknowledged must be done, once, as it was said."""
    found = [row for row in rows if row.get("reason") == action.name and row["action"] == action.kind]
    assert len(found) <= 1, f"{action} stands there more than once: {found}"
    if action.reply is not None:
        assert found, f"acknowledged and lost: {action}"
        said = action.reply["status"]
        assert found[0]["id"] == action.reply["audit"]
        assert (found[0]["revision"], found[0]["liveAfter"]) == (said["revision"], said["live"])
    if found:
        return "done"
    last = rows[-1]
    if last["action"] == "intent_resolved":
        assert last["detail"].startswith(f"{action.kind} by "), f"{last}"
        return "taken back"
    return "never begun"


def judge(gateway, operator, sent):
    """Checks a process that was started after a kill, and asks again for what was not acknowledged."""
    fates = collections.Counter()
    status, rows = operator.status(), operator.audit()
    assert_one_side(gateway, status)
    assert_history(rows, status)
    for action in sent:
        outcome = fate(action, rows)
        fates["acknowledged" if action.reply else outcome] += 1
        if action.reply is None:
            # With its key it is done once, whether or not it was done before.
            again = operator.move(action.kind, action.name)
            assert again["replayed"] == (outcome == "done"), f"{outcome}: {again}"
            assert again["status"]["revision"] == status["revision"] + (0 if again["replayed"] else 1)
            assert fate(operator.actions[-1], operator.audit()) == "done"
    return fates
