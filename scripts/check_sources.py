#!/usr/bin/env python3
"""House rules that neither the compiler nor swift-format checks: sizes, imports between modules, leftovers.

Prints one line `file:line: rule: what` per finding and ends with status 1 when there is any. What a module may import
at all is Package.swift's business and checked by the compiler; the rules here are stricter.
"""

import pathlib
import re
import subprocess
import sys

MAX_LINES = 500
SOURCES = {".swift", ".py", ".c", ".cpp", ".h", ".sh", ".lua"}

DATA_PLANE = {
    "ServingCore", "Telemetry", "HTTP1", "OpenInference", "OpenAI", "Inference", "Slots", "Routing", "Gateway", "Shadow",
    "Upstream", "Remote",
}
PROJECT = DATA_PLANE | {
    "Admin", "Capture", "Comparison", "Cutover", "LoadGenerator", "Promotion", "SemanticSearch", "Storage", "TealApp",
    "Trials",
}
# The one module that may touch each C library.
BRIDGES = {"COnnxRuntime": "Inference", "CSimdJSON": "OpenInference", "CCurl": "Admin",
           "CVectorMath": "SemanticSearch"}
FORBIDDEN = {
    "Gateway": {"Admin", "Capture", "Comparison", "Hummingbird", "Promotion", "SemanticSearch", "Storage", "Trials"},
    "Admin": {"Gateway"},
    "Storage": PROJECT - {"ServingCore"},
}
MAY_IMPORT_APP = {"teal", "IntegrationTests", "TealAppTests"}

IMPORT = re.compile(
    r"^\s*(?P<attributes>(?:@\w+(?:\([^)]*\))?\s+)*)(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(?P<module>\w+)"
)
PUBLIC = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:final|static|override|indirect)\s+)*(?:public|open)\s")
MARKER = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")
# "501 Not Implemented" is what HTTP calls that status.
STUB = re.compile(r"\bun-?implemented\b|(?<!501 )\bnot (?:yet )?implemented\b", re.IGNORECASE)
CONFLICT = re.compile(r"^(?:<{7}|>{7}) ")


def files():
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], check=True, capture_output=True
    ).stdout
    for name in sorted(set(listing.decode().split("\0")) - {""}):
        path = pathlib.Path(name)
        if path.is_file() and path != pathlib.Path(__file__).relative_to(pathlib.Path.cwd()):
            yield path


def is_source(path):
    if path.suffix in SOURCES or path.name == "Makefile":
        return True
    return path.suffix == "" and path.read_bytes()[:2] == b"#!"


def import_findings(module, match):
    imported = match["module"]
    if imported.startswith("Foundation") and module in DATA_PLANE:
        yield "import", f"{module} is data plane: no {imported}"
    if imported in FORBIDDEN.get(module, ()):
        yield "import", f"{module} must not import {imported}"
    if imported == "TealApp" and module not in MAY_IMPORT_APP:
        yield "import", f"only {' and '.join(sorted(MAY_IMPORT_APP))} may import TealApp, not {module}"
    if imported in BRIDGES and module != BRIDGES[imported]:
        yield "import", f"only {BRIDGES[imported]} touches {imported}, not {module}"
    if "@testable" in match["attributes"]:
        yield "import", "no @testable: tests are built for release; make the declaration package"
    if imported == "XCTest":
        yield "import", "tests use Swift Testing"


def swift_findings(path, line, previous):
    module = path.parts[1] if len(path.parts) > 2 else ""
    if match := IMPORT.match(line):
        yield from import_findings(module, match)
    code = line.split("//", 1)[0]
    # What C calls by name has to be exported.
    if PUBLIC.match(code) and not previous.lstrip().startswith(("@_cdecl", "@c")):
        yield "access", "nothing is public; what crosses modules is package"


def findings(path):
    if path.name == "Stub.swift":
        yield 1, "leftover", "a placeholder file"
    lines = path.read_text(encoding="utf-8").splitlines()
    if len(lines) > MAX_LINES:
        yield len(lines), "size", f"{len(lines)} lines, {MAX_LINES} at most"
    for number, line in enumerate(lines, 1):
        if path.suffix == ".swift":
            for rule, what in swift_findings(path, line, lines[number - 2] if number > 1 else ""):
                yield number, rule, what
        if MARKER.search(line):
            yield number, "leftover", "a marker without an issue; write TODO(#12) or do it"
        if STUB.search(line):
            yield number, "leftover", "says it is a stub"
        if CONFLICT.match(line):
            yield number, "leftover", "a merge conflict"


def main():
    count = 0
    for path in files():
        if is_source(path):
            for number, rule, what in findings(path):
                count += 1
                print(f"{path}:{number}: {rule}: {what}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
