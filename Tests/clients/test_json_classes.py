"""JSON at its edges, for each protocol that is spoken: what is no JSON is 400 and says where, what is JSON means
what it says, and nothing that was refused reaches a server."""

import json
import struct
import time

import pytest
from abuse import CHAT, DIGIT, DIGITS, ECHO, Process, backend, chat_body, digits_body, serving
from json_classes import MALFORMED, WELL_FORMED, whole
from raw_http import Connection, request

SENTIMENT = "/v2/models/sentiment/infer"
PREDICT_DIGITS = "/v1/models/digits:predict"
PRICE = "/v1/models/price:predict"
COMPLETIONS = "/v1/completions"
EMBEDDINGS = "/v1/embeddings"
ROW = DIGIT[0]["data"]
BODIES = {
    DIGITS: digits_body("a"),
    SENTIMENT: json.dumps({"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "data": ["good"]}]}).encode(),
    PREDICT_DIGITS: json.dumps({"instances": [ROW]}).encode(),
    PRICE: b'{"instances": [1, 2]}',
    CHAT: chat_body("a"),
    COMPLETIONS: b'{"model": "chat", "prompt": "a"}',
    EMBEDDINGS: b'{"model": "vector", "input": "a"}',
}
PASSED_ON = {CHAT, COMPLETIONS, EMBEDDINGS}


@pytest.fixture(scope="module")
def gateway(backend, tmp_path_factory):
    with serving(tmp_path_factory.mktemp("gateway"), backend, requestsPerConnection=1_000_000) as gateway:
        yield gateway


@pytest.fixture
def ask(gateway):
    with Connection(gateway.http) as connection:

        def send(target, body, headers=()):
            connection.send(request("POST", target, headers, body))
            return connection.answer()

        yield send
        # After all of it, by the same connection.
        assert send(DIGITS, BODIES[DIGITS]).status == 200
    assert gateway.is_running()


def with_extra(target, value):
    return b'{"extra":' + value + b"," + BODIES[target][1:]


def assert_refused(answer, target, what, statuses=(400,)):
    assert answer.status in statuses, (what[:80], answer)
    error = answer.json()["error"]
    if target in PASSED_ON:
        assert error["type"] and "code" in error, (what[:80], answer)
        error = error["message"]
    assert 4 < len(error) < 2000, (what[:80], answer)
    return error


@pytest.mark.parametrize("target", BODIES)
def test_what_is_json_is_read_past(ask, backend, target):
    backend.take()
    for value in WELL_FORMED:
        body = with_extra(target, value)
        answer = ask(target, body)
        assert answer.status == 200, (value[:80], answer)
        reached = [body for _, body in backend.take()["requests"]]
        if target in PASSED_ON:
            # Our name for the model is the server's: every byte is as it was.
            assert reached == [body], (value[:80], reached)
    print(f"{len(WELL_FORMED)} values read")


@pytest.mark.parametrize("target", BODIES)
def test_what_is_no_json_is_400_and_says_where(ask, backend, target):
    backend.take()
    for value in MALFORMED:
        body = with_extra(target, value)
        error = assert_refused(ask(target, body), target, value)
        assert "at byte " in error, (value[:80], error)
        offset = int(error.split("at byte ")[1].split(":")[0])
        assert 0 <= offset <= len(body), (value[:80], error)
    assert backend.take()["requests"] == []
    print(f"{len(MALFORMED)} values refused")


@pytest.mark.parametrize("target", BODIES)
def test_a_spoiled_document_is_400(ask, backend, target):
    backend.take()
    spoiled = whole(BODIES[target])
    for name, body in spoiled.items():
        assert_refused(ask(target, body), target, name.encode())
    assert backend.take()["requests"] == []
    print(f"{len(spoiled)} documents refused")


@pytest.mark.parametrize("target", BODIES)
def test_a_field_given_twice_is_refused_also_when_it_is_spelt_with_escapes(ask, backend, target):
    backend.take()
    for key, value in json.loads(BODIES[target]).items():
        once = json.dumps(value).encode()
        for spelling in (key, f"\\u{ord(key[0]):04x}{key[1:]}", "".join(f"\\u{ord(letter):04X}" for letter in key)):
            body = b"{" + b'"%s":%s,' % (spelling.encode(), once) + BODIES[target][1:]
            assert "twice" in assert_refused(ask(target, body), target, body)
    assert backend.take()["requests"] == []


# --- what numbers and texts mean


def digits_with(value):
    row = ",".join(["0"] * 63)
    return f'{{"inputs":[{{"name":"x","datatype":"FP32","shape":[1,64],"data":[{row},{value}]}}]}}'.encode()


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("-0", "0"), ("-0.0", "0"), ("1e-400", "0"), ("1e-46", "0"), ("0.000000000000000000000000000000000000001e39",
            "1"),
        ("10e-1", "1"), ("1E0", "1"), ("1.0", "1"), ("0." + "9" * 1000, "1"), ("1" + "0" * 38 + ".0", "1e38"),
        ("16777217", "16777216"),
        ("3.4028235e38", "3.4028234663852886e38"),
    ],
)
def test_a_number_for_a_float_means_the_nearest_float(ask, text, same_as):
    one, other = ask(DIGITS, digits_with(text)), ask(DIGITS, digits_with(same_as))
    assert one.status == other.status == 200, one
    assert one.json()["outputs"] == other.json()["outputs"]


@pytest.mark.parametrize(
    "text", ["3.5e38", "-3.5e38", "1e39", "1e308", "1e309", "NaN", "Infinity", "-Infinity", '"1"', '"NaN"', "true",
        "null", "[]", "[1]", "{}",
             "1e99999", "9" * 100_000,
             # Beyond 64 bits a whole number needs a point or an exponent.
             "1" + "0" * 38]
)
@pytest.mark.parametrize("target", [DIGITS, PREDICT_DIGITS])
def test_what_is_no_float_is_400_for_a_float(ask, target, text):
    body = digits_with(text) if target == DIGITS else f'{{"instances":[[{",".join(["0"] * 63)},{text}]]}}'.encode()
    assert_refused(ask(target, body), target, text.encode())


@pytest.mark.parametrize(
    "text", ["1.5", "1.0", "1e0", "1E2", "-0.5", "9223372036854775808", "-9223372036854775809", "1e400", "NaN", "true",
        "null", '"1"', "[1]",
             "{}", "9" * 100_000, "0.1e1", "1e-400"]
)
def test_what_is_no_whole_number_is_400_for_an_int(ask, backend, text):
    backend.take()
    answer = ask(PRICE, f'{{"instances":[1,{text}]}}'.encode())
    if answer.status == 200:
        # A number that is whole may be written with a point: then it must be that number.
        value = float(text)
        assert value == int(value) and answer.json()["predictions"] == [1, int(value)], answer
        return
    assert_refused(answer, PRICE, text.encode())
    assert backend.take()["requests"] == []


@pytest.mark.parametrize("text", ["0", "-0", "9223372036854775807", "-9223372036854775808", "9007199254740993"])
def test_an_int_reaches_a_server_and_comes_back_as_it_is(ask, backend, text):
    backend.take()
    answer = ask(PRICE, f'{{"instances":[1,{text}]}}'.encode())
    assert answer.status == 200 and answer.json()["predictions"] == [1, int(text)], answer
    ((_, body),) = backend.take()["requests"]
    assert json.loads(body) == {"instances": [1, int(text)]}


@pytest.mark.parametrize(
    "text", ["\\u0000", "\0", "\\ud834\\udd1e", "\u202e", "\x7f", "\U0010ffff", "a" * 100_000, "\\\\", "\\/"],
    ids=range(9)
)
def test_a_text_means_what_its_escapes_say(ask, text):
    body = f'{{"inputs":[{{"name":"text","datatype":"BYTES","shape":[1],"data":["{text}"]}}]}}'.encode()
    answer = ask(SENTIMENT, body)
    if text == "\0":
        assert_refused(answer, SENTIMENT, b"NUL")
        return
    assert answer.status == 200, answer
    raw = json.loads(f'"{text}"').encode()
    size = {"binary_data_size": len(raw) + 4}
    head = json.dumps(
        {"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1], "parameters": size}]}
    ).encode()
    # The same text as bytes, where nothing is escaped.
    sent = head + struct.pack("<I", len(raw)) + raw
    same = ask(SENTIMENT, sent, [("Inference-Header-Content-Length", len(head))])
    assert answer.json()["outputs"] == same.json()["outputs"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("n", ["1.5", "0", "-1", "129", "1e400", '"1"', "true", "[]", "9223372036854775808"]),
        ("max_tokens", ["1.5", '"1"', "true", "[]", "{}", "1e400", "NaN"]),
        ("stream", ["1", "0", '"true"', "[]", "{}", "1.0"]),
        ("model", ["1", "[]", "{}", '""', '"' + "a" * 300 + '"', '"\\ud800"', '"a/../b"', '"\\u0000"']),
        ("messages", ["1", '"a"', "{}", "true"]),
        ("user", ["1", "[]", '"' + "a" * 2000 + '"']),
        ("stream_options", ["1", "[]", '{"include_usage":1}', '{"include_usage":true,"include_usage":true}']),
    ],
)
def test_a_field_of_a_chat_that_is_wrong_is_refused_before_a_server_is_asked(ask, backend, field, values):
    backend.take()
    for value in values:
        fields = {"model": '"chat"', "messages": "[]"} | {field: value}
        body = "{" + ",".join(f'"{key}":{text}' for key, text in fields.items()) + "}"
        assert_refused(ask(CHAT, body.encode()), CHAT, body.encode(), (400, 404, 413))
    assert backend.take()["requests"] == []


LONG = {
    "a text": b'"' + b"a" * 4_000_000 + b'"',
    "escapes": b'"' + b"\\u00e4" * 600_000 + b'"',
    "numbers": b"[" + b"1.5," * 1_000_000 + b"1]",
    "keys": b"{" + b",".join(b'"key%d":%d' % (number, number) for number in range(200_000)) + b"}",
    "lists": b"[" + b"[]," * 1_000_000 + b"[]]",
    "spaces": b" " * 4_000_000 + b"1",
    "long fractions": b"[" + (b"0." + b"7" * 500 + b",") * 8_000 + b"1]",
    "malformed at the end": b"[" + b"1," * 2_000_000 + b"x]",
    "malformed behind lists": b"[" + b"[]," * 1_000_000 + b"x]",
    "malformed behind texts": b"[" + b'"",' * 1_000_000 + b"x]",
    "malformed behind texts beyond ASCII": b"[" + '"é",'.encode() * 800_000 + b"x]",
    "malformed behind large floats": b"[" + b"1e308," * 600_000 + b"x]",
    "malformed behind keys": b"{" + b'"":0,' * 800_000 + b"x}",
    "malformed behind spaces": b" " * 4_000_000 + b"x",
    "malformed in a text": b'"' + b"a" * 4_000_000 + b"\\x",
}


@pytest.mark.parametrize("name", LONG)
def test_parsing_takes_no_more_than_10_ms_a_megabyte(ask, gateway, name):
    """By the gateway's own processor time, of the best of three rounds: a busy machine takes longer for the same."""
    process = Process(gateway)
    body, times = with_extra(DIGITS, LONG[name]), 5
    used = took = float("inf")
    for _ in range(3):
        before, began = process.seconds(), time.monotonic()
        for _ in range(times):
            assert ask(DIGITS, body).status == (400 if name.startswith("malformed") else 200)
        used = min(used, (process.seconds() - before) / times * 1000 / (len(body) / 1e6))
        took = min(took, (time.monotonic() - began) / times * 1000)
    print(f"{name}: {used:.1f} ms of processor a MB; {took:.0f} ms for {len(body) / 1e6:.1f} MB, sending included")
    assert used <= 10


def test_what_is_passed_on_and_no_json_is_refused_by_the_server(ask, backend):
    """A V2 request to a server is not Teal's to judge; its refusal is told, and nothing else comes of it."""
    backend.take()
    sent = [*whole(BODIES[SENTIMENT]).values(), *[with_extra(SENTIMENT, value) for value in MALFORMED[:60]]]
    for body in sent:
        assert ask(ECHO, body).status in (200, 400)
    record = backend.take()
    assert record["violations"] == [] and [body for _, body in record["requests"]] == sent
