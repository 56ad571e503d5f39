"""The sentences that people rated for VADER, and VADER's lexicon, read out of its source distribution on PyPI.

C. J. Hutto and E. Gilbert, VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text,
ICWSM 2014. The distribution is under the MIT licence.
"""

import hashlib
import html
import io
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VERSION = "2.5"
SHA256 = "b960c954831f5ca58afee61780cc04ed48e551b91e783bfcbfb2c18bb8081a84"

SENTENCES = "vaderSentiment-2.5/additional_resources/hutto_ICWSM_2014.tar.gz"
LEXICON = "vaderSentiment-2.5/vaderSentiment/vader_lexicon.txt"
SOURCES = {
    "amazon": "hutto_ICWSM_2014/amazonReviewSnippets_GroundTruth.txt",
    "movies": "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt",
    "editorials": "hutto_ICWSM_2014/nytEditorialSnippets_GroundTruth.txt",
    "tweets": "hutto_ICWSM_2014/tweets_GroundTruth.txt",
}


@dataclass(frozen=True)
class Sentence:
    """A sentence and the mean of at least 20 people's ratings, from -4 (most negative) to 4."""

    source: str
    text: str
    rating: float


def load(archive: Path | None) -> tuple[list[Sentence], dict[str, float]]:
    """All sentences in file order, and the mean rating of each word of the lexicon."""
    content = archive.read_bytes() if archive else download()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise SystemExit(f"{archive}: not the source distribution of vaderSentiment {VERSION}")
    with tarfile.open(fileobj=io.BytesIO(content)) as outer:
        lexicon = parse_lexicon(read_member(outer, LEXICON))
        with tarfile.open(fileobj=io.BytesIO(outer.extractfile(SENTENCES).read())) as inner:
            return [sentence for source, member in SOURCES.items()
                    for sentence in parse_sentences(source, read_member(inner, member))], lexicon


def download() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        # pip checks the hash before it runs anything of the archive, but only for requirements in a file.
        requirement = Path(folder, "requirement.txt")
        requirement.write_text(f"vaderSentiment=={VERSION} --hash=sha256:{SHA256}\n")
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
                        "--require-hashes", "--requirement", str(requirement), "--dest", folder], check=True)
        return next(Path(folder).glob("*.tar.gz")).read_bytes()


def read_member(archive: tarfile.TarFile, name: str) -> list[list[str]]:
    text = archive.extractfile(name).read().decode("utf-8")
    return [line.rstrip("\r").split("\t") for line in text.split("\n") if line.strip()]


def parse_sentences(source: str, rows: list[list[str]]) -> list[Sentence]:
    # Tweets came out of a web page with their entities (&amp;, &lt;3); a client would send the characters.
    return [Sentence(source, " ".join(html.unescape(text).split()), float(rating)) for _, rating, text in rows]


def parse_lexicon(rows: list[list[str]]) -> dict[str, float]:
    return {row[0]: float(row[1]) for row in rows}
