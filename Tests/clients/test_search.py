"""Search by meaning over what the bundled models answered, as people and notebooks use it; and what survives SIGKILL."""

import itertools
import json
import random
import shutil
import threading
import time

import numpy
import pytest
from captures import Client, settled, until
from gateway import MODELS, Gateway, heldout, teal

# What embeds and searches runs only when nothing else wants the processor: a busy machine takes its time.
pytestmark = pytest.mark.timeout(540)

JSON = {"Content-Type": "application/json"}
NEGATIONS = {"not", "no", "never", "nothing", "n't", "neither", "nor", "cannot"}
ROUNDS = 50
SEED = 20_261_125


def repository(folder):
    """Both bundled models with the good version live and the broken one as candidate."""
    for model in ("digits", "sentiment"):
        shutil.copytree(MODELS / model, folder / model)
        manifest = folder / model / "model.yaml"
        manifest.write_text(manifest.read_text().replace("{blue: 1, green: 2}", "{blue: 2, green: 3}"))
    return folder


def search(admin, model, **fields):
    return json.loads(admin.send("POST", f"/admin/v1/models/{model}/search", json.dumps(fields), JSON))


def mirror(gateway, model, requests):
    """Sends the requests, on a machine whose mirrored leg has to give way again and again, and waits until as many pairs
    as there are can be searched."""
    with Client(gateway.http) as client, Client(gateway.admin) as admin:
        for _ in range(4):
            for request in requests:
                client.infer(model, request)
            paired = settled(admin, model)["coverage"]["counts"]["paired"]
            if paired > 0.9 * len(requests):
                break
        until(lambda: admin.json(f"/admin/v1/models/{model}/slices")["findings"]["pairs"] >= paired)
        return paired


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A gateway beside whose good versions broken ones were mirrored with all held-out requests."""
    folder = tmp_path_factory.mktemp("search")
    with Gateway(folder, models=repository(folder / "models")) as gateway:
        for model in ("sentiment", "digits"):
            assert mirror(gateway, model, heldout(model)) > 0.9 * len(heldout(model))
        yield gateway


def is_negation(slice):
    """By what makes it, or by the words that tell it best from other requests."""
    words = [predicate["value"].lower() for predicate in slice["predicates"]]
    words += [term["word"] for term in slice["terms"][:3]]
    return any(word in NEGATIONS or word.endswith("n't") for word in words)


def test_the_top_slices_of_a_negation_blind_candidate_are_about_negation(broken):
    slices = json.loads(teal(broken, "slices", "sentiment", "--json")[0])["findings"]["slices"]
    assert slices[0]["confirmed"] and is_negation(slices[0]), slices[:3]
    assert slices[0]["excess"]["lower"] > 0
    text, _ = teal(broken, "slices", "sentiment")
    assert slices[0]["label"] in text


def test_a_search_for_not_good_brings_the_slices_up(broken):
    with Client(broken.admin) as admin:
        found = search(admin, "sentiment", text="not good")
        assert found["embedder"]["name"] == "minilm"
        assert found["backlog"] == 0
        assert len(found["hits"]) == 20
        slices = json.loads(teal(broken, "slices", "sentiment", "--json")[0])["findings"]["slices"]
        best = {slice["id"]: slice for slice in slices if slice["confirmed"]}
        assert any(is_negation(best[one["id"]]) for one in found["slices"] if one["id"] in best)
        shown = {str(hit["pair"]["id"]) for hit in found["hits"]}
        inside = search(admin, "sentiment", text="good", slice=slices[0]["id"], diverged=True)
        assert inside["hits"] and all(hit["pair"]["diverged"] for hit in inside["hits"])
    text, _ = teal(broken, "search", "sentiment", "not good")
    listed = {line.split()[-1] for line in text.split("\n\n")[0].splitlines()[1:]}
    # The sentence model may have embedded more since.
    assert len(listed) == 20 and len(listed & shown) > 10


def test_on_digits_the_missing_class_is_the_top_slice(broken):
    slices = json.loads(teal(broken, "slices", "digits", "--json")[0])["findings"]["slices"]
    assert slices[0]["confirmed"]
    assert {"kind": "segment", "key": "label", "value": "8"} in slices[0]["predicates"], slices[0]


def test_a_digit_finds_digits_of_its_class(broken):
    with Client(broken.admin) as admin:
        pairs = admin.json("/admin/v1/models/digits/pairs?limit=50")["pairs"]
        agreeing = total = 0
        for pair in pairs:
            label = {segment["key"]: segment["value"] for segment in pair["segments"]}["label"]
            for hit in search(admin, "digits", pair=pair["id"], limit=5)["hits"]:
                total += 1
                agreeing += {segment["key"]: segment["value"] for segment in hit["pair"]["segments"]}["label"] == label
        assert total >= 200
        assert agreeing > 0.8 * total


def test_the_vectors_are_a_numpy_archive(broken, tmp_path):
    path = tmp_path / "pairs.npz"
    teal(broken, "pairs", "sentiment", "--vectors", path)
    with numpy.load(path, allow_pickle=False) as archive:
        count = len(archive["id"])
        assert count > 3_000
        assert archive["requests-text"].shape[0] == count
        norms = numpy.linalg.norm(archive["requests-text"], axis=1)
        assert numpy.all((abs(norms - 1) < 1e-2) | (norms == 0))
        assert archive["divergence"].max() > 0.1
        assert any("not" in text for text in archive["request"].tolist())


def test_the_report_shows_slices_and_map(broken):
    with Client(broken.admin) as admin:
        report = admin.get("/admin/v1/models/sentiment/report?format=html").decode()
    assert "First two principal components" in report


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({}, "text"), ({"text": "x", "pair": 1}, "one of"), ({"text": ""}, "text"),
        ({"text": "x", "in": "answers"}, "'in' must be one of"), ({"vector": [1, 2]}, "vector of 2"),
        ({"vector": []}, "vector"), ({"text": "x", "limit": 0}, "limit"),
        ({"text": "x", "slice": "none"}, "slice"), ({"pair": 1}, "pair 1"), ({"text": "x", "unknown": 1}, "unknown"),
        ({"text": 7}, "text"), ({"text": "x", "divergence": [1, 0]}, "divergence"),
    ],
)
def test_a_wrong_question_is_named(broken, body, part):
    with Client(broken.admin) as admin:
        connection = admin._connection
        connection.request("POST", "/admin/v1/models/sentiment/search", json.dumps(body), JSON)
        answer = connection.getresponse()
        content = answer.read().decode()
        assert answer.status in (400, 404), content
        assert part in content


@pytest.mark.parametrize("text", ["\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "é" * 50_000, "🙂"])
def test_odd_texts_have_an_answer(broken, text):
    with Client(broken.admin) as admin:
        assert "hits" in search(admin, "sentiment", text=text)


def test_after_50_kills_while_vectors_are_written_the_same_neighbours_are_found(tmp_path):
    models = repository(tmp_path / "models")
    generator = random.Random(SEED)
    queries = [request["inputs"][0]["data"][0] for request in heldout("sentiment")[:5]]
    requests = itertools.cycle(heldout("sentiment"))
    for _ in range(ROUNDS):
        with Gateway(tmp_path, models=models) as gateway, Client(gateway.http) as client:
            moment = time.monotonic() + generator.uniform(0.1, 1.2)
            while time.monotonic() < moment:
                client.infer("sentiment", next(requests))
            gateway.kill()
    with Gateway(tmp_path, models=models) as gateway:
        kept = answers(gateway, queries)
    shutil.rmtree(tmp_path / "data" / "search")
    with Gateway(tmp_path, models=models) as gateway:
        assert answers(gateway, queries) == kept


def answers(gateway, queries):
    """What is found once everything that is kept can be searched: texts and similarities by the static embedder."""
    with Client(gateway.admin) as admin:
        until(lambda: search(admin, "sentiment", text="x")["backlog"] == 0)
        found = [search(admin, "sentiment", text=query, precision="volume", words=False) for query in queries]
    return [[(hit["request"], round(hit["similarity"], 3)) for hit in one["hits"]] for one in found]


def test_searches_go_on_while_requests_are_answered(broken):
    stop = threading.Event()
    failures = []

    def ask():
        try:
            with Client(broken.admin) as admin:
                while not stop.is_set():
                    search(admin, "sentiment", text="a wonderful film", precision="volume")
        except Exception as error:  # whatever it is, the test has to name it
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    with Client(broken.http) as client:
        for request in heldout("sentiment")[:500]:
            client.infer("sentiment", request)
    stop.set()
    for thread in threads:
        thread.join(60)
    assert not failures
