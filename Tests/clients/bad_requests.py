"""Tables of requests that are wrong in one way each: name -> (what to send, statuses that are right).

`CLOSE` among the statuses means that ending the connection without an answer is right too: where the server stops
reading while the client still sends, the answer can be lost on the way.
"""

import json
import struct

from raw_http import request

CLOSE = None
DIGITS = "/v2/models/digits/infer"
SENTIMENT = "/v2/models/sentiment/infer"
MEBIBYTE = 1 << 20


def infer(body, headers=(), target=DIGITS):
    return request("POST", target, headers, body)


def tensor(**changes):
    """A correct digits input, changed; a change to None removes the member."""
    value = {"name": "x", "shape": [1, 64], "datatype": "FP32", "data": [0.5] * 64} | changes
    return {key: member for key, member in value.items() if member is not None}


def digits(**changes):
    return infer(json.dumps({"inputs": [tensor(**changes)]}).encode())


def digits_text(shape="[1,64]", data="[" + ",".join(["0"] * 64) + "]"):
    return infer(f'{{"inputs":[{{"name":"x","shape":{shape},"datatype":"FP32","data":{data}}}]}}'.encode())


def binary(tail, size, header_length=None, target=DIGITS, **changes):
    """JSON followed by `tail`, of which the JSON says that it has `size` bytes."""
    described = tensor(data=None, parameters={"binary_data_size": size}) | changes
    head = json.dumps({"inputs": [described]}).encode()
    length = len(head) if header_length is None else header_length
    return infer(head + tail, [("Inference-Header-Content-Length", length)], target)


def texts(tail, shape=(1,)):
    return binary(tail, len(tail), target=SENTIMENT, name="text", shape=list(shape), datatype="BYTES")


def post(*headers, body=b"", version="HTTP/1.1"):
    return request("POST", DIGITS, headers, version=version) + body


def chunked(body, coding=b"Transfer-Encoding: chunked"):
    return post(coding, body=body)


GOOD_BODY = json.dumps({"inputs": [tensor()]}).encode()
ROW = struct.pack("<64f", *[0.5] * 64)

JSON = {
    "empty body": (infer(b""), {400}),
    "open brace": (infer(b"{"), {400}),
    "truncated": (infer(GOOD_BODY[:-2]), {400}),
    "truncated in a number": (infer(GOOD_BODY[:90]), {400}),
    "truncated in a string": (infer(b'{"inputs":[{"name":"x'), {400}),
    "truncated escape": (infer(b'{"id":"\\u12'), {400}),
    "lone surrogate": (infer(GOOD_BODY.replace(b'{"inputs"', b'{"id":"\\ud800","inputs"', 1)), {400}),
    "not JSON": (infer(b"name=x&data=1"), {400}),
    "bytes of an image": (infer(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), {400}),
    "array at the top": (infer(b"[]"), {400}),
    "string at the top": (infer(b'"inputs"'), {400}),
    "null at the top": (infer(b"null"), {400}),
    "trailing garbage": (infer(GOOD_BODY + b"x"), {400}),
    "two documents": (infer(GOOD_BODY + GOOD_BODY), {400}),
    "invalid UTF-8": (infer(GOOD_BODY.replace(b'"x"', b'"\xff\xfe"')), {400}),
    "NUL in a string": (infer(GOOD_BODY.replace(b'"x"', b'"x\0"')), {400}),
    "byte order mark twice": (infer(b"\xef\xbb\xbf" * 2 + GOOD_BODY), {400}),
    "deep arrays": (infer(b"[" * 100_000 + b"]" * 100_000), {400}),
    "deep objects": (infer(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), {400}),
    "deep data": (digits_text(data="[" * 5_000 + "1" + "]" * 5_000), {400}),
    "8 MB of [": (infer(b"[" * (8 * MEBIBYTE - 1024)), {400}),
    "no inputs": (infer(b"{}"), {400}),
    "inputs empty": (infer(b'{"inputs":[]}'), {400}),
    "inputs null": (infer(b'{"inputs":null}'), {400}),
    "inputs an object": (infer(b'{"inputs":{"x":[1]}}'), {400}),
    "input a number": (infer(b'{"inputs":[7]}'), {400}),
    "input twice": (infer(json.dumps({"inputs": [tensor(), tensor()]}).encode()), {400}),
    "10,000 inputs": (
        infer(json.dumps({"inputs": [tensor(name=f"x{n}", data=[]) for n in range(10_000)]}).encode()), {400},
    ),
    "no name": (digits(name=None), {400}),
    "name a number": (digits(name=7), {400}),
    "wrong name": (digits(name="y"), {400}),
    "name of 1 MB": (digits(name="x" * 1_000_000), {400}),
    "no datatype": (digits(datatype=None), {400}),
    "unknown datatype": (digits(datatype="FP31"), {400}),
    "datatype in lower case": (digits(datatype="fp32"), {400}),
    "wrong datatype": (digits(datatype="INT64", data=[1] * 64), {400}),
    "BYTES for FP32": (digits(datatype="BYTES", data=["a"] * 64), {400}),
    "no data": (digits(data=None), {400}),
    "data null": (digits_text(data="null"), {400}),
    "data an object": (digits_text(data="{}"), {400}),
    "data empty": (digits(data=[]), {400}),
    "one value too few": (digits(data=[0] * 63), {400}),
    "one value too many": (digits(data=[0] * 65), {400}),
    "strings for numbers": (digits(data=["1"] * 64), {400}),
    "booleans for numbers": (digits(data=[True] * 64), {400}),
    "nulls for numbers": (digits_text(data="[" + ",".join(["null"] * 64) + "]"), {400}),
    "NaN literal": (digits_text(data="[" + ",".join(["NaN"] * 64) + "]"), {400}),
    "number too large": (digits_text(data="[" + ",".join(["1e999"] * 64) + "]"), {400}),
    "ragged rows": (digits(shape=[2, 64], data=[[0] * 63, [0] * 65]), {400}),
    "numbers beside rows": (digits(shape=[2, 64], data=[0] * 64 + [[0] * 64]), {400}),
    "numbers for texts": (
        infer(b'{"inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":[7]}]}', target=SENTIMENT), {400},
    ),
    "no shape": (digits(shape=None), {400}),
    "shape a number": (digits(shape=64), {400}),
    "shape empty": (digits(shape=[]), {400}),
    "dimension 0": (digits(shape=[0, 64], data=[]), {400}),
    "dimension -1": (digits(shape=[-1, 64]), {400}),
    "dimension 1.5": (digits(shape=[1.5, 64]), {400}),
    "dimension a string": (digits(shape=["1", 64]), {400}),
    "dimension 2^63": (digits_text(shape="[9223372036854775808,64]"), {400}),
    "dimension 2^63-1": (digits_text(shape="[9223372036854775807,64]"), {400}),
    "dimension 2^64": (digits_text(shape="[18446744073709551616,64]"), {400}),
    "dimension of 400 digits": (digits_text(shape="[" + "9" * 400 + ",64]"), {400}),
    "product over 64 bits": (digits(shape=[65536] * 5), {400}),
    "product wraps to 64": (digits(shape=[2**58 + 1, 64]), {400}),
    "10,000 dimensions": (digits(shape=[1] * 10_000), {400}),
    "rows claimed, not sent": (digits(shape=[1_000_000_000, 64]), {400}),
    "id a number": (infer(GOOD_BODY.replace(b"{", b'{"id":7,', 1)), {400}),
    "parameters an array": (infer(GOOD_BODY.replace(b"{", b'{"parameters":[],', 1)), {400}),
    "outputs an object": (infer(GOOD_BODY.replace(b"{", b'{"outputs":{},', 1)), {400}),
    "unknown output": (infer(GOOD_BODY.replace(b"{", b'{"outputs":[{"name":"colour"}],', 1)), {400}),
    "output a number": (infer(GOOD_BODY.replace(b"{", b'{"outputs":[7],', 1)), {400}),
}

BINARY = {
    "JSON longer than the body": (binary(ROW, 256, header_length=100_000), {400}),
    "JSON length negative": (binary(ROW, 256, header_length=-1), {400}),
    "JSON length not a number": (binary(ROW, 256, header_length="ten"), {400}),
    "JSON length empty": (binary(ROW, 256, header_length=""), {400}),
    "JSON length 2^64": (binary(ROW, 256, header_length=2**64), {400}),
    "JSON length too short": (binary(ROW, 256, header_length=50), {400}),
    "size beyond the body": (binary(ROW, 257), {400}),
    "size far beyond the body": (binary(ROW, 1 << 40), {400}),
    "size short of the body": (binary(ROW, 252), {400}),
    "size 0": (binary(b"", 0), {400}),
    "size negative": (binary(ROW, -256), {400}),
    "size 2^63-1": (binary(ROW, 2**63 - 1), {400}),
    "size 2^63": (binary(ROW, 2**63), {400}),
    "size a string": (binary(ROW, "256"), {400}),
    "size a fraction": (binary(ROW, 256.5), {400}),
    "bytes left over": (binary(ROW + b"\0\0\0\0", 256), {400}),
    "bytes missing": (binary(ROW[:-4], 256), {400}),
    "shape wants more": (binary(ROW, 256, shape=[2, 64]), {400}),
    "shape wants 2^63": (binary(ROW, 256, shape=[2**57, 64]), {400}),
    "datatype wants more": (binary(ROW, 256, datatype="FP64"), {400}),
    "data and size": (binary(ROW, 256, data=[0.5] * 64), {400}),
    "size without the header": (
        infer(json.dumps({"inputs": [tensor(data=None, parameters={"binary_data_size": 256})]}).encode()), {400},
    ),
    "two JSON lengths": (
        infer(GOOD_BODY, [("Inference-Header-Content-Length", 1), ("Inference-Header-Content-Length", 2)]), {400},
    ),
    "raw body one byte short": (infer(ROW[:-1], [("Inference-Header-Content-Length", 0)]), {400}),
    "raw body empty": (infer(b"", [("Inference-Header-Content-Length", 0)]), {400}),
    "text longer than the tensor": (texts(struct.pack("<I", 2**32 - 1) + b"short"), {400}),
    "text one byte longer": (texts(struct.pack("<I", 6) + b"short"), {400}),
    "text shorter than the tensor": (texts(struct.pack("<I", 4) + b"short"), {400}),
    "text without its length": (texts(b"\1\0\0"), {400}),
    "texts missing": (texts(struct.pack("<I", 5) + b"short", shape=(2,)), {400}),
    "10^9 texts claimed": (texts(struct.pack("<I", 5) + b"short", shape=(10**9,)), {400}),
}

FRAMING = {
    "TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64)), {400, CLOSE}),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505, CLOSE}),
    "no target": (b"GET\r\n\r\n", {400}),
    "no version": (b"GET /v2/health/live\r\n\r\n", {400}),
    "method with quotes": (b'G=":<> /v2/health/live HTTP/1.1\r\nHost: a\r\n\r\n', {400}),
    "method of 1 MiB": (b"G" * MEBIBYTE + b" / HTTP/1.1\r\n\r\n", {400, 414, 431, 501, CLOSE}),
    "version 2.0": (request(version="HTTP/2.0"), {400, 505}),
    "version without number": (request(version="HTTP/x"), {400, 505}),
    "no Host": (request(host=None), {400}),
    "two Hosts": (request(headers=[("Host", "b")]), {400}),
    "bare line feeds": (b"GET /v2/health/live HTTP/1.1\nHost: a\n\n", {400}),
    "header continued": (request(headers=[b"X-A: 1\r\n folded"]), {400}),
    "space before the colon": (request(headers=[b"X-A : 1"]), {400}),
    "space before the first header": (b"GET /v2/health/live HTTP/1.1\r\n X-A: 1\r\nHost: a\r\n\r\n", {400}),
    "header without a colon": (request(headers=[b"X-A"]), {400}),
    "header without a name": (request(headers=[b": 1"]), {400}),
    "NUL in a header value": (request(headers=[b"X-A: a\0b"]), {400}),
    "NUL in a header name": (request(headers=[b"X\0A: 1"]), {400}),
    "control in a header value": (request(headers=[b"X-A: a\x07b"]), {400}),
    "carriage return in a header value": (request(headers=[b"X-A: a\rb"]), {400}),
    "underscore in a header name": (request(headers=[b"teal_slot: green"]), {400}),
    "8-bit header name": (request(headers=[b"X-\xe4: 1"]), {400}),
    "101 headers": (request(headers=[(f"X-{n}", n) for n in range(101)]), {431}),
    "header of 17 KiB": (request(headers=[("X-A", "a" * 17 * 1024)]), {431}),
    "head of 80 KiB": (request(headers=[(f"X-{n}", "a" * 8000) for n in range(10)]), {431, CLOSE}),
    "target of 1 MiB": (request(target="/" + "a" * MEBIBYTE), {400, 414, 431, CLOSE}),
    "CL and TE": (post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), {400}),
    "TE and CL": (post(b"Transfer-Encoding: chunked", b"Content-Length: 5", body=b"0\r\n\r\n"), {400}),
    "two lengths that differ": (post(b"Content-Length: 1", b"Content-Length: 2", body=b"{}"), {400}),
    "two lengths alike": (post(b"Content-Length: 2", b"Content-Length: 2", body=b"{}"), {400}),
    "CL and TE behind a space": (post(b"Content-Length: 2", b"Transfer-Encoding : chunked", body=b"{}"), {400}),
    "TE on HTTP/1.0": (post(b"Transfer-Encoding: chunked", body=b"0\r\n\r\n", version="HTTP/1.0"), {400}),
    "chunk data too long": (chunked(b"1\r\n{}\r\n0\r\n\r\n"), {400}),
    "data behind the last chunk": (chunked(b"2\r\n{}\r\n0\r\nx\r\n\r\n"), {400}),
    "body of 9 MiB announced": (post(b"Content-Length: %d" % (9 * MEBIBYTE)), {413}),
    "64 MB of [ in chunks": (
        chunked((b"100000\r\n" + b"[" * MEBIBYTE + b"\r\n") * 64 + b"0\r\n\r\n"), {413, CLOSE},
    ),
    "3 MB in chunks of one byte": (chunked(b"1\r\n[\r\n" * 500_000 + b"0\r\n\r\n"), {400}),
    "unknown Expect": (post(b"Expect: tea", b"Content-Length: 2", body=b"{}"), {417}),
}
FRAMING |= {
    f"length {length[:20]!r}": (post(b"Content-Length: " + length.encode(), body=b"{}"), statuses)
    for length, statuses in {
        "": {400}, "+2": {400}, "-1": {400}, "0x2": {400}, "1_0": {400}, "2Z": {400}, "2,2": {400}, "2 2": {400},
        "9223372036854775808": {400, 413}, "18446744073709551616": {400, 413}, "9" * 400: {400, 413},
    }.items()
}
FRAMING |= {
    f"coding {coding!r}": (post(b"Transfer-Encoding: " + coding, body=b"2\r\n{}\r\n0\r\n\r\n"), {400, 501})
    for coding in [
        b"chunked, chunked", b",chunked", b"xchunked", b"identity", b"gzip, chunked", b"chunked;a=b", b"\x0bchunked",
        b"chunked\xa0", b"",
    ]
}
FRAMING |= {
    f"chunk size {size[:20]!r}": (chunked(size + b"\r\n{}\r\n0\r\n\r\n"), {400, 413})
    for size in [
        b"", b"zz", b"0x2", b"+2", b"-1", b"1_0", b" 2", b"F" * 17, b"7FFFFFFFFFFFFFFF", b"FFFFFFFFFFFFFFFF",
        b"2;" + b"a" * 100_000,
    ]
}
FRAMING |= {"chunk size behind a bare line feed": (chunked(b"2\n{}\r\n0\r\n\r\n"), {400})}

ROUTES = {
    "unknown path": (request(target="/v3"), {404}),
    "unknown verb": (request("POST", "/v2/models/digits/guess", body=b"{}"), {404}),
    "unknown model": (infer(GOOD_BODY, target="/v2/models/no-such-model/infer"), {404}),
    "unknown version": (infer(GOOD_BODY, target="/v2/models/digits/versions/999/infer"), {404}),
    "version not a number": (infer(GOOD_BODY, target="/v2/models/digits/versions/one/infer"), {400, 404}),
    "version of 400 digits": (infer(GOOD_BODY, target=f"/v2/models/digits/versions/{'9' * 400}/infer"), {400, 404}),
    "path upwards": (request(target="/v2/models/../../etc/passwd"), {400, 404}),
    "path upwards, escaped": (request(target="/v2/models/..%2f..%2fetc%2fpasswd"), {400, 404}),
    "NUL in the path": (request(target="/v2/models/digits%00/ready"), {400, 404}),
    "broken escape": (request(target="/v2/models/%zz"), {400, 404}),
    "target without a slash": (request(target="v2"), {400, 404}),
    "target of another host": (request(target="http://other.example/v2/health/live"), {200, 400, 404, 421}),
    "target *": (request(target="*"), {400, 404, 405}),
    "wrong method": (request("DELETE", "/v2/models/digits"), {405}),
    "infer by GET": (request("GET", DIGITS), {405}),
    "metadata by POST": (request("POST", "/v2", body=b"{}"), {405}),
    "method in lower case": (request("get"), {400, 405, 501}),
    "CONNECT": (request("CONNECT", "other.example:443"), {400, 404, 405, 501}),
    "compressed body": (infer(b"\x1f\x8b\x08\0", [("Content-Encoding", "gzip")]), {400, 415}),
}

TABLES = {"json": JSON, "binary": BINARY, "framing": FRAMING, "routes": ROUTES}
CASES = {f"{table}: {name}": case for table, cases in TABLES.items() for name, case in cases.items()}
