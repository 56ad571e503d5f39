"""Requests that two servers could read in two ways, and others at the edge of HTTP/1.1: name -> (how it is written,
what is right). Written with a target, a body that is a request worth answering, and a whole request that must never be
taken for one, `hidden`, where it stands within the body of another.

REFUSED: one answer, of an error, and nothing behind it is read. ANSWERED: a request like any other. TOLD: an error, but
where the next request begins is beyond doubt; both go on.
"""

REFUSED, ANSWERED, TOLD = "refused", "answered", "told"
MEBIBYTE = 1 << 20


def post(target, *fields, body=b"", version=b"HTTP/1.1", method=b"POST", host=b"Host: a\r\n"):
    lines = b"".join(field + b"\r\n" for field in fields)
    return b"%s %s %s\r\n%s%s\r\n" % (method, target, version, host, lines) + body


def chunks(body, size=16):
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def length(body):
    return b"Content-Length: %d" % len(body)


CHUNKED = b"Transfer-Encoding: chunked"
PAYLOADS = {}


def payload(name, right):
    def add(write):
        PAYLOADS[name] = write, right
        return write

    return add


def plain(name, right, *fields, **keys):
    """The request with its length, and these fields too."""
    PAYLOADS[name] = (lambda target, body, _: post(target, length(body), *fields, body=body, **keys)), right


def framed(name, right, *fields, body=None):
    """These fields alone tell the length; `body` is a function of the body."""
    make = body or (lambda body: body)
    PAYLOADS[name] = (lambda target, given, _: post(target, *fields, body=make(given))), right


# Well-formed.
plain("plain", ANSWERED)
framed("chunked", ANSWERED, CHUNKED, body=chunks)
framed("chunked in another case", ANSWERED, b"tRANSFER-eNCODING: CHUNKED", body=chunks)
framed("chunked with spaces around", ANSWERED, b"Transfer-Encoding:   chunked  ", body=chunks)
framed("chunks of one byte", ANSWERED, CHUNKED, body=lambda body: chunks(body, 1))
framed("chunk sizes with zeros", ANSWERED, CHUNKED, body=lambda body: b"000%x\r\n%s\r\n000\r\n\r\n" % (len(body), body))
framed("chunk extensions", ANSWERED, CHUNKED, body=lambda body: b'%x;a="b;c";d\r\n%s\r\n0;e\r\n\r\n' % (len(body),
    body))
framed("trailers", ANSWERED, CHUNKED, body=lambda body: chunks(body)[:-2] + b"X-Sum: 1\r\nX-Other:\r\n\r\n")
plain("empty line before", ANSWERED)
PAYLOADS["empty line before"] = (lambda target, body, _: b"\r\n" + post(target, length(body), body=body)), ANSWERED
plain("length with zeros", ANSWERED)
PAYLOADS["length with zeros"] = (
    (lambda target, body, _: post(target, b"Content-Length: 000%d" % len(body), body=body)), ANSWERED,
)
plain("100 header fields", ANSWERED, *[b"X-%d: y" % number for number in range(98)])
plain("Host empty", ANSWERED, host=b"Host:\r\n")
plain("Host with a port", ANSWERED, host=b"Host: [::1]:8080\r\n")
plain("query", ANSWERED)
PAYLOADS["query"] = (lambda target, body, _: post(target + b"?a=%0d%0a/b", length(body), body=body)), ANSWERED
PAYLOADS["slashes"] = (lambda target, body, _: post(b"/" + target, length(body), body=body)), ANSWERED
PAYLOADS["escapes"] = (
    (lambda target, body, _: post(target.replace(b"v", b"%76").replace(b"/infer", b"/%69nfer"), length(body),
        body=body)),
    ANSWERED,
)
plain("upgrade to HTTP/2", ANSWERED, b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c",
    b"HTTP2-Settings: AAMAAABk")
plain("upgrade to a web socket", ANSWERED, b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13")
plain("hop by hop of framing", ANSWERED, b"Connection: content-length, host, x-request-id", b"X-Request-Id: 1")
plain("8-bit header value", ANSWERED, b"X-A: \xe4\xff", b"X-Request-Id: \xe4")
plain("forwarded headers", ANSWERED, b"X-Forwarded-Host: b", b"X-Original-URL: /v2", b"X-HTTP-Method-Override: DELETE")
plain("TE of the answer", ANSWERED, b"TE: trailers, chunked")


@payload("a request as the body of one", TOLD)
def _(target, _, hidden):
    return post(target, length(hidden), body=hidden)


@payload("a request as the body of a GET", TOLD)
def _(target, _, hidden):
    return post(target, length(hidden), body=hidden, method=b"GET")


@payload("a request as the chunked body of a GET", TOLD)
def _(target, _, hidden):
    return post(target, CHUNKED, body=chunks(hidden), method=b"GET")


@payload("a request behind an unknown Expect", TOLD)
def _(target, _, hidden):
    return post(target, length(hidden), b"Expect: tea", body=hidden)


@payload("a request as a compressed body", TOLD)
def _(target, _, hidden):
    return post(target, length(hidden), b"Content-Encoding: gzip", body=hidden)


@payload("a request to nobody, with a request in it", TOLD)
def _(_, _body, hidden):
    return post(b"/v3", length(hidden), body=hidden)


@payload("a request behind CONNECT", REFUSED)
def _(_, _body, hidden):
    return post(b"b:443", method=b"CONNECT", body=hidden)


@payload("a request behind an Expect that is refused", REFUSED)
def _(target, _, hidden):
    return post(target, b"Content-Length: %d" % (1 << 30), b"Expect: 100-continue", body=hidden)


# Two framings at once.
for first, second in ((b"Content-Length: 5", CHUNKED), (CHUNKED, b"Content-Length: 5")):
    for end in ("whole", "with a request behind"):
        def write(target, _, hidden, first=first, second=second, end=end):
            return post(target, first, second, body=b"0\r\n\r\n" + (hidden if end != "whole" else b""))

        PAYLOADS[f"{first.decode()}, {second.decode()}, {end}"] = write, REFUSED


def lengths(name, *values):
    def write(target, body, _):
        return post(target, *[b"Content-Length: " + value % {b"n": len(body)} for value in values], body=body)

    PAYLOADS[f"lengths: {name}"] = write, REFUSED


lengths("twice the same", b"%(n)d", b"%(n)d")
lengths("first longer", b"9", b"%(n)d")
lengths("second longer", b"%(n)d", b"999")
lengths("three", b"%(n)d", b"%(n)d", b"%(n)d")
lengths("list", b"%(n)d,%(n)d")
lengths("list with spaces", b"%(n)d, %(n)d")
for text in (
    b"+%(n)d", b"-%(n)d", b"-0", b"0x%(n)x", b"0o10", b"%(n)d_0", b"1_0", b"%(n)dZ", b"", b" ", b"\t%(n)d", b"%(n)d\t",
    b"\x0b%(n)d", b"\xa0%(n)d", b"%(n)d\x85", b"%(n)d;a=b", b"%(n)d.0", b"1e2", b'"%(n)d"', b"%(n)d %(n)d",
    b"\xef\xbc\x91", b"9223372036854775808", b"18446744073709551615", b"18446744073709551616", b"18446744073709551621",
    b"9" * 400,
):
    lengths(repr(text[:24]), text)
PAYLOADS["lengths: 2^63-1"] = (
    (lambda target, body, _: post(target, b"Content-Length: 9223372036854775807", body=body)), REFUSED,
)

for value in (
    b"chunked, chunked", b",chunked", b"chunked,", b"xchunked", b"chunkedx", b"chunke", b"identity", b"gzip",
    b"gzip, chunked", b"chunked, gzip", b"chunked, identity", b"chunked;a=b", b"chunked;", b'"chunked"', b"'chunked'",
    b"\tchunked", b"chunked\t", b"\x0bchunked", b"\x0cchunked", b"chunked\x0b", b"\xa0chunked", b"chunked\xa0",
    b"chunked\x85", b"\x85chunked", b"chun\xc5\xbfed", b"c hunked", b"chunked chunked", b"", b"\0chunked", b"chunked\0",
    b"\x1bchunked", b"\xef\xbb\xbfchunked", b"none", b"cow", b"deflate, chunked", b"x-gzip", b"compress",
):
    framed(f"coding {value!r}", REFUSED, b"Transfer-Encoding: " + value, body=chunks)
    PAYLOADS[f"coding {value!r} and a length"] = (
        (lambda target, body, _, value=value: post(target, length(body), b"Transfer-Encoding: " + value, body=body)),
        REFUSED,
    )
framed("coding twice", REFUSED, CHUNKED, CHUNKED, body=chunks)
framed("coding twice, one other", REFUSED, CHUNKED, b"Transfer-Encoding: x", body=chunks)
framed("coding twice, the other first", REFUSED, b"Transfer-Encoding: identity", CHUNKED, body=chunks)
for name in (
    b"Transfer-Encoding ", b"Transfer-Encoding\t", b" Transfer-Encoding", b"\tTransfer-Encoding", b"Transfer_Encoding",
    b"Transfer\0-Encoding", b"Transfer-Encoding\0", b"Transfer-Encoding\r", b"\rTransfer-Encoding",
    b"\x0bTransfer-Encoding",
    b"Transfer-Encoding\x0b", b"Transfer Encoding", b"Transfer-Enc\xc3\xb6ding", b"Transfer\xadEncoding",
    b"Transfer-Encoding:\r\n", b"X: y\rTransfer-Encoding", b"X: y\nTransfer-Encoding", b"X: y\r\r\nTransfer-Encoding",
    b"(Transfer-Encoding)", b"Content-Length ", b"Content-Length\t", b"Content_Length", b" Content-Length",
):
    is_length = b"ontent" in name
    PAYLOADS[f"name {name!r}"] = (
        (lambda target, body, _, name=name, is_length=is_length: post(
            target, length(body) if not is_length else b"X-A: b",
            name + b": " + (b"5" if is_length else b"chunked"), body=body,
        )),
        REFUSED,
    )
framed("coding on HTTP/1.0", REFUSED, CHUNKED, body=chunks)
PAYLOADS["coding on HTTP/1.0"] = (
    (lambda target, body, _: post(target, CHUNKED, body=chunks(body), version=b"HTTP/1.0")), REFUSED,
)
framed("coding over two lines", REFUSED, b"Transfer-Encoding:\r\n chunked", body=chunks)
framed("coding over two lines, a tab", REFUSED, b"Transfer-Encoding:\r\n\tchunked", body=chunks)
framed("coding split over two lines", REFUSED, b"Transfer-Encoding: chun\r\n ked", body=chunks)

# Chunks.
for size in (
    b"", b" ", b"0x%x", b"0X%x", b"+%x", b"-%x", b"-0", b"%x_0", b" %x", b"%x ", b"\t%x", b"%x\t", b"%x ;a", b"g",
    b"%xg",
    b"%x.0", b"%x,%x", b'"%x"', b"%x\0", b"\0%x", b"%x\r", b"%x\x0b", b"0000000000000%x0000000000000",
    b"FFFFFFFFFFFFFFFF",
    b"8000000000000000", b"7FFFFFFFFFFFFFFF", b"FFFFFFFFFFFFFFFFF", b"100000000000000000", b"\xef\xbc\x91", b";a=b",
    b"%x;a\rb", b"%x;a\0b", b"%x;a\nb", b"%x;" + b"a" * 300, b"%x;a=\"\r\n\"",
):
    def write(target, body, _, size=size):
        filled = size.replace(b"%x", b"%x" % len(body))
        return post(target, CHUNKED, body=filled + b"\r\n" + body + b"\r\n0\r\n\r\n")

    PAYLOADS[f"chunk size {size[:24]!r}"] = write, REFUSED
for name, make in {
    "bare line feed behind a size": lambda body: b"%x\n%s\r\n0\r\n\r\n" % (len(body), body),
    "bare line feed behind data": lambda body: b"%x\r\n%s\n0\r\n\r\n" % (len(body), body),
    "bare line feed behind the last size": lambda body: b"%x\r\n%s\r\n0\n\r\n" % (len(body), body),
    "bare line feed at the end": lambda body: b"%x\r\n%s\r\n0\r\n\n" % (len(body), body),
    "carriage return and a letter behind a size": lambda body: b"%x\rX%s\r\n0\r\n\r\n" % (len(body), body),
    "carriage return and a letter behind data": lambda body: b"%x\r\n%s\rX0\r\n\r\n" % (len(body), body),
    "nothing behind data": lambda body: b"%x\r\n%s0\r\n\r\n" % (len(body), body),
    "data too long": lambda body: b"%x\r\n%s\r\n0\r\n\r\n" % (len(body) - 1, body),
    "data too short": lambda body: b"%x\r\n%s\r\n0\r\n\r\n" % (len(body) + 1, body),
    "data behind the last chunk": lambda body: b"%x\r\n%s\r\n0\r\n%s\r\n\r\n" % (len(body), body, b"x" * 5),
    "trailer without a colon": lambda body: chunks(body)[:-2] + b"X\r\n\r\n",
    "trailer with a space": lambda body: chunks(body)[:-2] + b"X : y\r\n\r\n",
    "trailer continued": lambda body: chunks(body)[:-2] + b"X: y\r\n z\r\n\r\n",
    "trailer with NUL": lambda body: chunks(body)[:-2] + b"X: \0\r\n\r\n",
    "trailer with a bare line feed": lambda body: chunks(body)[:-2] + b"X: y\n\r\n",
    "trailer that frames": lambda body: chunks(body)[:-2] + b"Content-Length: 90\r\n\r\n",
    "101 trailers": lambda body: chunks(body)[:-2] + b"X: y\r\n" * 101 + b"\r\n",
    "extensions of 80 KiB": lambda body: b"1;%s\r\n \r\n" % (b"a" * 200) * 400 + chunks(body),
    "two line ends behind data": lambda body: b"%x\r\n%s\r\n\r\n0\r\n\r\n" % (len(body), body),
}.items():
    framed(f"chunks: {name}", REFUSED, CHUNKED, body=make)

# The head's lines.
for name, lines in {
    "bare line feed": b"X: y\nZ: a", "bare line feed at the end": b"X: y\n", "bare carriage return": b"X: y\rZ: a",
    "carriage return at the end": b"X: y\r", "continued": b"X: y\r\n z", "continued by a tab": b"X: y\r\n\tz",
    "a line of one space": b" ", "space before the colon": b"X : y", "tab before the colon": b"X\t: y",
    "no name": b": y",
    "no colon": b"X", "two words": b"X y", "NUL in a name": b"X\0: y", "control in a name": b"X\x01: y",
    "8-bit name": b"X\xe4: y", "underscore": b"content_length: 5", "NUL in a value": b"X: a\0b",
    "bell in a value": b"X: \x07",
    "delete in a value": b"X: \x7f", "slash in a name": b"X/Y: z", "quotes": b'"X": y', "brackets": b"[X]: y",
    "a request line": b"GET /v2 HTTP/1.1", "at sign": b"X@: y",
}.items():
    plain(f"line: {name}", REFUSED, lines)
PAYLOADS["line: space before the first"] = (
    (lambda target, body, _: post(target, length(body), body=body, host=b" X: y\r\nHost: a\r\n")), REFUSED,
)
PAYLOADS["line: only line feeds"] = (
    (lambda target, body, _: post(target, length(body)).replace(b"\r\n", b"\n") + body), REFUSED,
)
PAYLOADS["line: only carriage returns"] = (
    (lambda target, body, _: post(target, length(body)).replace(b"\r\n", b"\r") + b"\r\n\r\n" + body), REFUSED,
)
PAYLOADS["line: two empty ones before"] = (
    (lambda target, body, _: b"\r\n\r\n" + post(target, length(body), body=body)), REFUSED,
)
PAYLOADS["line: a line feed before"] = (
    (lambda target, body, _: b"\n" + post(target, length(body), body=body)), REFUSED,
)
plain("101 header fields", REFUSED, *[b"X-%d: y" % number for number in range(99)])
plain("header field of 17 KiB", REFUSED, b"X: " + b"y" * 17 * 1024)
plain("head of 80 KiB", REFUSED, *[b"X-%d: " % number + b"y" * 8000 for number in range(10)])

# The request line.
for name, method in {
    "in lower case": b"post", "unknown": b"BREW", "tunnelled": b"POSTX", "of 2,000 letters": b"P" * 2000, "PRI": b"PRI",
    "TRACE": b"TRACE", "OPTIONS": b"OPTIONS", "DELETE": b"DELETE", "of a tilde": b"~",
}.items():
    plain(f"method {name}", TOLD, method=method)
for name, method in {
    "with quotes": b'P=":<>', "empty": b"", "with a tab": b"PO\tST", "with NUL": b"PO\0ST", "behind a space": b" POST",
    "8-bit": b"P\xd6ST", "of 1 MiB": b"P" * MEBIBYTE, "with a colon": b"POST:", "and a space more": b"POST ",
}.items():
    plain(f"method {name}", REFUSED, method=method)
for name, target in {
    "without a slash": b"v2/models", "!": b"!", "*": b"*", "absolute": b"http://b/v2/models/echo/infer",
    "absolute, secret": b"https://a@b:80/v2", "upwards": b"/v2/../v2/models/echo/infer",
    "of dots, escaped": b"/v2/%2e%2e/v2",
    "slash escaped": b"/v2%2fmodels/echo/infer", "slash escaped upwards": b"/v2/models/..%2f..%2fetc",
    "NUL escaped": b"/v2%00",
    "broken escape": b"/v2/%zz", "escape cut": b"/v2/%2", "escaped twice": b"/v2/%2561",
    "line end escaped": b"/v2%0d%0aX:%20y",
    "backslash": b"/v2\\models", "with a fragment": b"/v2#x", "of 9,000 bytes": b"/" + b"a" * 9000,
    "quote": b"/v2'\"<>",
    "8-bit, escaped": b"/v2/models/%ff", "semicolon": b"/v2/models/echo;a=b/infer", "authority": b"b:443",
    "model of dots": b"/v2/models/.../infer", "model with an escape": b"/v2/models/a%0ab/infer",
}.items():
    PAYLOADS[f"target {name}"] = (
        (lambda _, body, _h, target=target: post(target, length(body), body=body)), TOLD,
    )
for name, target in {
    "with a space": b"/v2 /x", "empty": b"", "with a tab": b"/v2\t", "8-bit": b"/v2\xff", "with NUL": b"/v2\0",
    "with a carriage return": b"/v2\rx", "with a line feed": b"/v2\nx", "delete": b"/v2\x7f",
    "of 1 MiB": b"/" + b"a" * MEBIBYTE,
    "behind two spaces": b" /v2", "before two spaces": b"/v2 ",
}.items():
    PAYLOADS[f"target {name}"] = (
        (lambda _, body, _h, target=target: post(target, length(body), body=body)), REFUSED,
    )
for version in (
    b"HTTP/0.9", b"HTTP/1.2", b"HTTP/2.0", b"HTTP/2", b"HTTP/1.1.1", b"HTTP/1.1x", b"HTTP/1.", b"HTTP/01.1",
    b"HTTP/1.01",
    b"http/1.1", b"HTTP /1.1", b"HTTPS/1.1", b"HTTP/1,1", b"HTTP/1.1 ", b"HTTP/1.1\t", b"HTTP/-1.1", b"HTTP/+1.1",
    b"HTTP/1.a",
    b"ICE/1.0", b"", b"1.1", b"HTTP/\xef\xbc\x91.1", b"HTTP/9.9",
):
    plain(f"version {version!r}", REFUSED, version=version)

# Host.
plain("no Host", REFUSED, host=b"")
plain("two Hosts", REFUSED, b"Host: b")
plain("two Hosts alike", REFUSED, b"host: a")
for host in (
    b"a/b", b"a@b", b"a,b", b"a b", b"a\tb", b"http://a", b"a?b", b"a#b", b"a\\b", b"\xe4", b"a;b", b"a%41", b"{a}",
    b"a\x0bb",
    b"a:80/v2", b"user:pass@a", b"a\0", b"a\x7f",
):
    plain(f"Host {host!r}", REFUSED, host=b"Host: " + host + b"\r\n")

# Something else than HTTP/1.
PAYLOADS["TLS hello"] = (
    (lambda _t, _b, _h: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(64)) + b"\r\n\r\n"), REFUSED,
)
PAYLOADS["HTTP/2 preface"] = ((lambda _t, _b, _h: b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), REFUSED)
PAYLOADS["proxy protocol"] = (
    (lambda target, body, _: b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n" + post(target, length(body), body=body)), REFUSED,
)
PAYLOADS["proxy protocol 2"] = (
    (lambda target, body, _: b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12) + post(target, length(body),
        body=body)), REFUSED,
)
PAYLOADS["an answer"] = ((lambda _t, _b, hidden: b"HTTP/1.1 200 OK\r\nHost: a\r\nContent-Length: 0\r\n\r\n" + hidden),
    REFUSED)
PAYLOADS["HTTP/0.9"] = ((lambda target, _b, _h: b"GET " + target + b"\r\n\r\n"), REFUSED)
