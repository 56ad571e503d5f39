#!/usr/bin/env python3
"""Compares Teal's tokenizer with PyPI's `tokenizers` and writes what both the code and its tests take from there.

    scripts/venv.sh oracles-semantic Tests/oracles/semantic_requirements.txt
    TEAL_BENCHMARKS=1 swift build -c release --product SemanticOracle
    .venv/oracles-semantic/bin/python Tests/oracles/tokenizer.py check
    .venv/oracles-semantic/bin/python Tests/oracles/tokenizer.py fixture
    .venv/oracles-semantic/bin/python Tests/oracles/tokenizer.py decompositions

`check` compares ids, truncated to 256 and without padding, on each scalar of Unicode, on fuzz and on real lines. The
model's vocabulary hides much of what happens to rare scalars behind [UNK]; so fuzz is compared a second time with a
vocabulary of single scalars.
"""

import argparse
import json
import pathlib
import tempfile
import textwrap

from tokenizers import Tokenizer, models, normalizers, processors

import artefacts
import texts

FIXTURE = artefacts.ROOT / "Tests" / "SemanticSearchTests" / "Fixtures" / "tokenizer.json"
WORDS = FIXTURE.with_name("tokenizer_words.json")
TABLE = artefacts.ROOT / "Sources" / "SemanticSearch" / "Tokenizer" / "CanonicalDecomposition+Table.swift"


def reference():
    tokenizer = Tokenizer.from_file(str(artefacts.tokenizer_json()))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    # A literal [SEP] in a text is text, in Teal always.
    tokenizer.encode_special_tokens = True
    return tokenizer


def expected(tokenizer, strings):
    for start in range(0, len(strings), 20_000):
        for encoding in tokenizer.encode_batch(strings[start:start + 20_000]):
            yield encoding.ids


def with_vocabulary(tokenizer, tokens):
    """The same tokenizer with another vocabulary."""
    numbers = {token: number for number, token in enumerate(tokens)}
    other = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]", max_input_chars_per_word=100))
    other.normalizer, other.pre_tokenizer = tokenizer.normalizer, tokenizer.pre_tokenizer
    specials = [(name, numbers[name]) for name in ("[CLS]", "[SEP]")]
    other.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=specials)
    other.enable_truncation(256)
    return other


def compare(name, tokenizer, strings, oracle, vocabulary=artefacts.VOCABULARY):
    found = artefacts.ids(strings, oracle, vocabulary)
    triples = zip(strings, expected(tokenizer, strings), found, strict=True)
    wrong = [(text, theirs, ours) for text, theirs, ours in triples if theirs != ours]
    print(f"{name}: {len(strings):,} strings, {len(wrong)} differ")
    for text, theirs, ours in wrong[:10]:
        print(f"  {text[:80]!a}\n    expected {theirs[:20]}\n    found    {ours[:20]}")
    return len(wrong)


def check(options):
    tokenizer = reference()
    pieces = artefacts.VOCABULARY.read_text(encoding="utf-8").split("\n")
    lines = texts.real_lines(options.lines)
    if len(lines) < 50_000:
        print(f"only {len(lines):,} real lines on this machine; 50,000 are wanted")
    strings = {
        "each scalar": [f"a{chr(c)}b" for c in range(0x110000) if not 0xD800 <= c < 0xE000],
        "fuzz": list(texts.fuzz(options.fuzz, options.seed, pieces)),
        "real lines": lines,
        "damaged lines": list(texts.damaged(lines, options.seed)),
    }
    wrong = sum(compare(name, tokenizer, found, options.oracle) for name, found in strings.items())
    scalars = [chr(value) for value in range(0x21, 0x20000) if not 0xD800 <= value < 0xE000]
    tokens = ["[UNK]", "[CLS]", "[SEP]", *scalars, *("##" + scalar for scalar in scalars)]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(tokens))
        file.flush()
        single = with_vocabulary(tokenizer, tokens)
        return wrong + compare("fuzz by scalar", single, strings["fuzz"], options.oracle, file.name)


def fixture(options):
    """About 2,000 strings: some of each kind, the shorter ones of the fuzz."""
    tokenizer = reference()
    pieces = artefacts.VOCABULARY.read_text(encoding="utf-8").split("\n")
    lines = texts.real_lines(4_000)
    chosen = [text for text in texts.fuzz(3_000, options.seed, pieces) if len(text) <= 40][:1_500]
    chosen += [text for text in texts.fuzz(2_000, options.seed + 1, pieces) if 97 <= len(text) <= 160][:60]
    chosen += [text for text in texts.fuzz(200, options.seed + 2, pieces) if len(text) > 1_000][:2]
    chosen += lines[:150] + list(texts.damaged(lines[150:500], options.seed))
    chosen = list(dict.fromkeys(["", " ", "\u200d", *texts.ODD, *chosen]))
    rows = [json.dumps([text, ids], separators=(",", ":")) for text, ids in zip(chosen, expected(tokenizer, chosen))]
    FIXTURE.write_text("[\n" + ",\n".join(rows) + "\n]\n")
    print(f"{FIXTURE.name}: {len(rows):,} strings, {FIXTURE.stat().st_size:,} bytes")

    # Scalars whose category has changed since, in the middle of a word; marks that stay, to be sorted.
    changed = [0x1734, 0x1171E, 0x1885, 0x1886, 0xA9BD, 0x111C9, 0x166D, 0x890, 0x8E2, 0x110CD, 0x11938, 0x2E43, 0x378]
    chosen = [f"a{chr(value)}b" for value in changed]
    chosen += texts.fuzz(600, options.seed + 3, pieces, [texts.marked, texts.blocks])
    rows = []
    for text in (text for text in chosen if len(text) < 40):
        words = tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))
        rows.append(json.dumps([text, [word for word, _ in words]], separators=(",", ":")))
    WORDS.write_text("[\n" + ",\n".join(rows) + "\n]\n")
    print(f"{WORDS.name}: {len(rows):,} strings, {WORDS.stat().st_size:,} bytes")
    return 0


def decompositions(options):
    """What NFD makes of each scalar that it changes, Hangul aside, without non-spacing marks."""
    decompose = normalizers.NFD()
    strip = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)
    entries = []
    for value in range(0x110000):
        if 0xD800 <= value < 0xE000 or 0xAC00 <= value <= 0xD7A3:
            continue
        if decompose.normalize_str(chr(value)) != chr(value):
            entries.append((value, "+".join(f"{ord(part):X}" for part in strip.normalize_str(chr(value))) or "-"))
    words, at, following = [], 0, None
    while at < len(entries):
        value, parts = entries[at]
        if value != following:
            words.append(f"@{value:X}")
        count = 1
        while at + count < len(entries) and entries[at + count] == (value + count, parts):
            count += 1
        words.append(parts if count == 1 else f"{parts}*{count:X}")
        following, at = value + count, at + count
    lines = textwrap.wrap(" ".join(words), 112, break_long_words=False, break_on_hyphens=False)
    body = "\n".join(f"        {line}" for line in lines)
    TABLE.write_text("// Written by Tests/oracles/tokenizer.py; `read` says what it means.\n"
                     f'extension CanonicalDecomposition {{\n    static let table = """\n{body}\n        """\n}}\n')
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["check", "fixture", "decompositions"])
    parser.add_argument("--oracle", type=pathlib.Path, default=artefacts.ORACLE)
    parser.add_argument("--fuzz", type=int, default=200_000)
    parser.add_argument("--lines", type=int, default=150_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    return 1 if {"check": check, "fixture": fixture, "decompositions": decompositions}[options.what](options) else 0


if __name__ == "__main__":
    raise SystemExit(main())
