"""JSON at its edges, after the classes of JSONTestSuite: values as bytes, and what is right for each."""

# As a member that nobody asks for: read past when it is JSON.
WELL_FORMED = [
    b"0", b"-0", b"-0.0", b"1", b"-1", b"0.1", b"1e0", b"1E+2", b"1e-2", b"-1e-0", b"0e1", b"0e+1", b"123456789012",
    b"9223372036854775807", b"-9223372036854775808", b"1e-400", b"1.7976931348623157e308", b"4.9e-324",
    b"0." + b"3" * 1000, b"1" + b"0" * 18, b"0." + b"0" * 100_000 + b"1", b"true", b"false", b"null", b'""', b'"a"',
    b"[]",
    b"{}", b"[[]]", b'{"":0}', b'{"a":{}}', b'{"a":1,"a":2}', b'{"a":{"b":1,"b":1}}', b"[ ]", b"{\t}", b"[1 ,\r\n2]",
    b'"\\"\\\\\\/\\b\\f\\n\\r\\t"', b'"\\u0000"', b'"\\u0012"', b'"\\uD834\\uDd1e"', b'"\\uDBFF\\uDFFF"', b'"\\uFFFE"',
    b'"\xc2\x80"', b'"\xef\xbf\xbf"', b'"\xf4\x8f\xbf\xbf"', b'"\xe2\x80\xa8"', b'"\x7f"', b'"\xef\xbb\xbf"', b'"/*"',
    b'"\\\\u0061"',
    b'"' + b"a" * 1_000_000 + b'"', b'"' + b"\\u00e4" * 100_000 + b'"', b"[" + b"1," * 99_999 + b"1]",
    b"{" + b",".join(b'"k%d":%d' % (number, number) for number in range(100_000)) + b"}",
    b"[" * 30 + b"]" * 30, b'{"a":' * 30 + b"1" + b"}" * 30, b" " * 100_000 + b"1",
]
MALFORMED = [
    # Numbers.
    b"01", b"-01", b"00", b"+1", b"++1", b"--1", b"-", b"+", b".5", b"-.5", b"1.", b"1.e1", b"1e", b"1E", b"1e+",
    b"1e-", b"1eE2",
    b"0.e1", b"0e", b"0e+", b"0.3e", b"0.3e+", b"1.2.3", b"1.0e", b"9.e+", b"2.e-3", b"0x1", b"0x", b"0b1", b"0o7",
    b"1_000",
    b"1 000", b"1,000", b"0.1.2", b"-1.", b"- 1", b"-a", b"1a", b"1+2", b"1/2", b"1f", b"1L", b"0.1f", b"\xef\xbc\x91",
    b"1\x00",
    b"NaN", b"-NaN", b"nan", b"Infinity", b"-Infinity", b"+Infinity", b"Inf", b"inf", b"-inf", b"1e\xff",
    # Too large for any number there is.
    b"1e400", b"-1e400", b"1e999999999", b"1e99999999999999999999", b"-1e99999999999999999999", b"9" * 400,
    b"1" * 100_000,
    b"-" + b"1" * 100_000, b"18446744073709551616", b"-9223372036854775809", b"1" + b"0" * 100_000,
    # Words.
    b"True", b"FALSE", b"nul", b"nulll", b"tru", b"truth", b"fals", b"None", b"undefined", b"void", b"n", b"t",
    b"null1", b"truefalse", b"a", b"'a'", b"`a`",
    # Strings.
    b'"a', b'a"', b'"', b'"\\"', b'"\\', b'"\\x41"', b'"\\a"', b'"\\0"', b'"\\ "', b'"\\u"', b'"\\u1"', b'"\\u12"',
    b'"\\u123"',
    b'"\\u123g"', b'"\\u+123"', b'"\\u 123"', b'"\\uD800"', b'"\\uD800\\u"', b'"\\uD800\\u0041"', b'"\\uD800\\n"',
    b'"\\uD800a"',
    b'"\\uD800\\uD800"', b'"\\uDC00"', b'"\\uDFFF\\uD800"', b'"\\uDBFF\\uDBFF"', b'"\\U0041"', b'"\\u\xef\xbc\x90000"',
    b'"\n"', b'"\t"', b'"\r"', b'"\0"', b'"\x01"', b'"\x1f"', b'"\xff"', b'"\x80"', b'"\xc0\xaf"', b'"\xc1\xbf"',
    b'"\xc3"',
    b'"\xc3\x28"', b'"\xe2\x82"', b'"\xe0\x80\xaf"', b'"\xed\xa0\x80"', b'"\xed\xbf\xbf"',
    b'"\xed\xa0\x80\xed\xb0\x80"',
    b'"\xf0\x80\x80\xaf"', b'"\xf4\x90\x80\x80"', b'"\xf5\x80\x80\x80"', b'"\xf8\x88\x80\x80\x80"',
    b'"\xfc\x83\xbf\xbf\xbf\xbf"',
    b'"\xfe\xff"', b'"a" "b"', b'"a"b"', b'"' + b"\\" * 99_999 + b'"',
    # Lists and objects.
    b"[", b"]", b"[[", b"[1", b"[1,", b"[1,]", b"[,1]", b"[,]", b"[1,,2]", b"[1 2]", b"[1;2]", b"[1:2]", b"[1]]",
    b"[1}", b"[a", b"[a]",
    b"{", b"}", b"{]", b"{1}", b"{1:1}", b"{a:1}", b"{'a':1}", b'{"a"}', b'{"a":}', b'{"a"1}', b'{"a" 1}', b'{"a"::1}',
    b'{"a":1',
    b'{"a":1,', b'{"a":1,}', b'{,"a":1}', b'{"a":1,,"b":2}', b'{"a":1 "b":2}', b'{"a":1;"b":2}', b'{"a":1}}',
    b'{"a":1]', b'{"a',
    b'{"a"', b'{"a":"b', b"{null:1}", b"{[]:1}", b'{"a":1,"b"}', b"{...}", b"[...]", b"<a>", b"$", b"\\u0031",
    # Comments and white space that is none.
    b"/**/1", b"1/**/", b"//\n1", b"1//", b"#\n1", b"<!--1-->", b"\x0b1", b"\x0c1", b"\xc2\xa01", b"\xe2\x80\x8b1",
    b"\xef\xbb\xbf1",
    b"\xe2\x81\xa01", b"\xe1\x9a\x801", b"\0", b"\x1f1", b"\xff", b"",
    # Nested too deep for every reader here.
    b"[" * 100_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'[{"a":' * 50_000 + b"1" + b"}]" * 50_000,
    b"[" * 512 + b"]" * 512, b"[" * 513 + b"]" * 513, b'{"a":' * 513 + b"1" + b"}" * 513,
]


def whole(document):
    """Ways to spoil a whole document, which is JSON: name -> bytes."""
    text = document.decode()
    spoiled = {
        "nothing": b"", "a space": b" ", "NUL": b"\0", "byte order mark": b"\xef\xbb\xbf" + document,
        "byte order mark behind": document + b"\xef\xbb\xbf", "half a byte order mark": b"\xef\xbb" + document,
        "UTF-16": text.encode("utf-16"), "UTF-16LE": text.encode("utf-16-le"), "UTF-16BE": text.encode("utf-16-be"),
        "UTF-32": text.encode("utf-32"), "cut": document[:-1], "cut in half": document[: len(document) // 2],
        "letter behind": document + b"x", "comma behind": document + b",", "brace behind": document + b"}",
        "bracket behind": document + b"]",
        "NUL behind": document + b"\0", "itself behind": document + document,
        "on the next line itself": document + b"\n" + document,
        "quote behind": document + b'"', "comment behind": document + b"//", "comment before": b"/**/" + document,
        "brace before": b"{" + document, "comma before": b"," + document, "in a list": b"[" + document + b"]",
        "in a text": b'"' + document.replace(b'"', b'\\"') + b'"', "as a callback": b"f(" + document + b")",
        "guarded": b")]}',\n" + document,
        "a number": b"1", "a text": b'"a"', "null": b"null", "true": b"true", "empty list": b"[]",
        "empty object": b"{}",
        "100,000 [": b"[" * 100_000, "1,000,000 [": b"[" * 1_000_000, "500,000 {": b'{"a":' * 500_000,
        "single quotes": document.replace(b'"', b"'"), "no quotes": document.replace(b'"', b""),
        "YAML": b"model: chat\n", "XML": b"<a/>",
        "form": b"model=chat", "MessagePack": b"\x81\xa5model\xa4chat", "CBOR": b"\xa1\x65model\x64chat",
        "gzip": b"\x1f\x8b\x08" + bytes(20),
    }
    return spoiled
