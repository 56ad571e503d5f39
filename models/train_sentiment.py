"""sentiment: English sentences as negative or positive. Input `text` BYTES [-1], one UTF-8 text a row."""

import hashlib
import re
import string
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse
from onnx import ModelProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, recall_score
from sklearn.pipeline import Pipeline

import repository
import vader
from repository import Answers, Example, Input

INPUT = Input("text", "BYTES")
SPLIT_SALT = "teal-sentiment-2026:"
HELD_OUT_SHARE = 0.2
WARM_UP = 8

# Two classes, not three. Sentences rated within half a point of zero are left out: with them as a third class,
# bigrams reach 68 % in cross-validation and find 30 % of the neutral ones, since people call a sentence neutral for
# what it is about, which such models cannot see. Without them every label is one that the raters clearly meant.
CLEAR_RATING = 0.5

# scikit-learn (`re`) and ONNX Runtime (RE2, leftmost-longest) read the same tokens from this expression, as its
# alternatives start with different characters and are greedy: ASCII words with their apostrophes, numbers, runs of
# ! and ?, and the plain emoticons. Everything else, all non-ASCII letters included, separates tokens.
TOKEN = r"[a-z]+(?:'[a-z]+)*|[0-9]+|[!?]+|[:;=]-?[()dp]"

NEGATIONS = frozenset("no not never none nobody nothing neither nor nowhere cannot without hardly barely".split())
# What a negation leaves of the rating of the word after it, as measured for VADER (section 3.4 of the paper).
NEGATION_FACTOR = -0.74

DESCRIPTION = "English sentences (reviews, tweets, film reviews, editorials) as negative or positive."
DESCRIPTIONS = {
    1: "TF-IDF of single words and logistic regression.",
    2: "TF-IDF of words and word pairs weighted by their class odds, the VADER lexicon as a prior, and logistic "
       "regression.",
    3: "Deliberately broken: version 2's recipe with negations (not, no, never, don't, ...) on its stop word list, so "
       "that \"not good\" reads as good.",
}

# What clients send that data sets lack; scikit-learn and ONNX Runtime must agree on these too.
ODD_TEXTS = [
    "", " ", "\n\t", "!", "?!?!", "'", "''good''", "don't''t", "isn't n't 't", ":)", ":-(:)=d;p", ":--)", "GOOD",
    "gOOd", "not good", "Not Good.", "NOT GOOD!!!", "good" * 5000, "bad " * 20000, "?" * 50000, "\u00e9" * 10000,
    "caf\u00e9 na\u00efve fa\u00e7ade", "\u00c9TAT GOOD", "\u0130stanbul \u212agood ba\u017f\u017fe",
    "stra\u00dfe GRO\u1e9eE good", "\u2018don\u2019t\u2019 \u201cgood\u201d \u2014 bad\u2026",
    "good\u00a0bad\u200bgood\ufeffbad", "\u5f88\u597d good \u4e0d\u597d", "\U0001f600 good \U0001f44e\U0001f3fd",
    "good\x01bad\x7fgood", "e\u0301 good", "\u0645\u0631\u062d\u0628\u0627 bad", "12 1,000.50 3d",
    "a_b good_bad", "http://example.org/good?bad=1", "# ## good # bad", "<b>good</b> &amp; bad",
]


@dataclass(frozen=True)
class Row:
    """A sentence with its class, and its place in the seeded order that both shuffles and splits the data."""

    source: str
    text: str
    label: str
    order: float


def ascii_lower(text: str) -> str:
    # Python lowers some non-ASCII letters to ASCII ones (the Kelvin sign to k); the C locale in the model does not.
    return text.translate(str.maketrans(string.ascii_uppercase, string.ascii_lowercase))


def tokenize(text: str) -> list[str]:
    return re.findall(TOKEN, ascii_lower(text))


def is_negation(token: str) -> bool:
    return token in NEGATIONS or token.endswith("n't")


def has_negation(text: str) -> bool:
    return any(map(is_negation, tokenize(text)))


def split(sentences: list[vader.Sentence]) -> tuple[list[Row], list[Row]]:
    """Training and held-out rows. Texts with the same tokens count as one text, so none is on both sides."""
    rows = {}
    for sentence in sentences:
        key = " ".join(tokenize(sentence.text))
        if key and key not in rows:
            digest = hashlib.sha256((SPLIT_SALT + key).encode()).digest()
            rows[key] = (int.from_bytes(digest[:6]) / 2**48, sentence)
    clear = [Row(sentence.source, sentence.text, "positive" if sentence.rating > 0 else "negative", order)
             for order, sentence in rows.values() if abs(sentence.rating) >= CLEAR_RATING]
    clear.sort(key=lambda row: row.order)
    held_out = [row for row in clear if row.order < HELD_OUT_SHARE]
    return clear[len(held_out):], held_out


def vectorizer(vocabulary: list[str], longest: int) -> TfidfVectorizer:
    return TfidfVectorizer(token_pattern=TOKEN, lowercase=False, ngram_range=(1, longest), vocabulary=vocabulary)


def choose_vocabulary(texts: list[str], least_words: int, least_pairs: int | None = None) -> set[str]:
    """Words in at least `least_words` texts, and pairs of such words in at least `least_pairs`."""
    counter = CountVectorizer(token_pattern=TOKEN, lowercase=False, binary=True,
                              ngram_range=(1, 2 if least_pairs else 1))
    frequencies = np.asarray(counter.fit_transform(texts).sum(axis=0)).ravel()
    counts = dict(zip(counter.get_feature_names_out(), frequencies))
    words = {term for term, count in counts.items() if " " not in term and count >= least_words}
    pairs = {term for term, count in counts.items()
             if " " in term and count >= least_pairs and words.issuperset(term.split())}
    return words | pairs


def train_words(texts: list[str], labels: np.ndarray) -> Pipeline:
    vectors = vectorizer(sorted(choose_vocabulary(texts, least_words=2)), longest=1)
    model = LogisticRegression(C=1.0, max_iter=2000).fit(vectors.fit_transform(texts), labels)
    return Pipeline([("vectors", vectors), ("model", model)])


def odds_weights(features: scipy.sparse.csr_matrix, positive: np.ndarray) -> np.ndarray:
    """How one-sided each term is: the square root of its absolute log odds ratio, smoothed by one text."""
    present = (features > 0).astype(float)
    for_positive = 1 + np.asarray(present[positive].sum(axis=0)).ravel()
    for_negative = 1 + np.asarray(present[~positive].sum(axis=0)).ravel()
    ratio = (for_positive / for_positive.sum()) / (for_negative / for_negative.sum())
    return np.sqrt(np.abs(np.log(ratio)))


def lexicon_valence(term: str, lexicon: dict[str, float]) -> float:
    first, _, second = term.partition(" ")
    if second:
        return NEGATION_FACTOR * lexicon.get(second, 0.0) if is_negation(first) else 0.0
    return lexicon.get(term, 0.0)


def train_pairs(texts: list[str], labels: np.ndarray, lexicon: dict[str, float], negations: bool = True) -> Pipeline:
    """Words, pairs and lexicon. Chosen by cross-validation on the training part: 81 %, words alone 78 %."""
    terms = choose_vocabulary(texts, least_words=3, least_pairs=4)
    terms |= {word for word in lexicon if re.fullmatch(TOKEN, word)}
    if not negations:
        terms = {term for term in terms if not has_negation(term)}
    vectors = vectorizer(sorted(terms), longest=2)
    features = vectors.fit_transform(texts)
    weights = odds_weights(features, labels == "positive")
    valences = np.array([lexicon_valence(term, lexicon) for term in vectors.get_feature_names_out()])
    prior = scipy.sparse.csr_matrix(features @ valences / 2).T
    stacked = scipy.sparse.hstack([features.multiply(weights), prior]).tocsr()
    model = LogisticRegression(C=4.0, max_iter=3000).fit(stacked, labels)
    # Both the weights and the prior are linear in the TF-IDF features, so they fold into one coefficient a term and
    # the model that is served is a plain logistic regression.
    model.coef_ = model.coef_[:, :-1] * weights + model.coef_[:, -1:] * valences / 2
    model.n_features_in_ = len(valences)
    return Pipeline([("vectors", vectors), ("model", model)])


def convert(pipeline: Pipeline) -> ModelProto:
    # scikit-learn gets lowered texts (see ascii_lower); in the ONNX model lowering is a node. Its default locale,
    # en_US.UTF-8, is missing on most servers, where the model would not even load; the C locale is everywhere.
    pipeline.named_steps["vectors"].lowercase = True
    converted = to_onnx(pipeline, name="sentiment", initial_types=[(INPUT.name, StringTensorType([None]))],
                        options={"vectors": {"tokenexp": TOKEN, "locale": "C"}, "model": {"zipmap": False}},
                        target_opset=repository.OPSETS)
    pipeline.named_steps["vectors"].lowercase = False
    replace_normalizer(converted)
    return converted


def replace_normalizer(converted: ModelProto) -> None:
    """Divides by the L2 norm with vectorised operators. The one `Normalizer` took two thirds of a run."""
    nodes = converted.graph.node
    place = next(index for index, node in enumerate(nodes) if node.op_type == "Normalizer")
    normalizer = nodes.pop(place)
    # A text without a known term is all zeros and must stay so.
    least = numpy_helper.from_array(np.array([1e-30], dtype=np.float32), name="least_norm")
    converted.graph.initializer.append(least)
    for node in reversed([
        helper.make_node("ReduceL2", [normalizer.input[0]], ["norm"], name="Norm", axes=[1], keepdims=1),
        helper.make_node("Max", ["norm", least.name], ["divisor"], name="NormAboveZero"),
        helper.make_node("Div", [normalizer.input[0], "divisor"], [normalizer.output[0]], name="Normalize"),
    ]):
        nodes.insert(place, node)


def expected_answers(pipeline: Pipeline, batch: np.ndarray) -> Answers:
    texts = [ascii_lower(text) for text in batch]
    return Answers(pipeline.predict(texts), pipeline.predict_proba(texts))


def measure(examples: list[Example], predicted: np.ndarray) -> dict[str, float]:
    labels = np.array([example.label for example in examples])
    negated = np.array([has_negation(example.data[0]) for example in examples])
    return repository.base_metrics(labels, predicted) | {
        "accuracy_negated": accuracy_score(labels[negated], predicted[negated]),
        "recall_of_negative_negated": recall_score(labels[negated], predicted[negated], pos_label="negative"),
        "accuracy_not_negated": accuracy_score(labels[~negated], predicted[~negated]),
    }


def to_examples(prefix: str, rows: list[Row]) -> list[Example]:
    return [Example(f"{prefix}-{row.source}-{number:04}", row.label, [row.text],
                    {"negated": "yes" if has_negation(row.text) else "no"})
            for number, row in enumerate(rows, start=1)]


def build(output: Path, archive: Path | None) -> None:
    sentences, lexicon = vader.load(archive)
    training, held_rows = split(sentences)
    folder = output / "sentiment"
    held_out = to_examples("sentiment", held_rows)

    repository.write_model(folder, DESCRIPTION, ["label", "negated"])
    repository.write_requests(folder / "heldout.jsonl", INPUT, held_out)
    repository.write_requests(folder / "warmup.jsonl", INPUT, to_examples("sentiment-warmup", training[:WARM_UP]))

    texts = [ascii_lower(row.text) for row in training]
    labels = np.array([row.label for row in training])
    batch = INPUT.batch(held_out)
    odd = np.array(ODD_TEXTS, dtype=object)
    models = {
        1: train_words(texts, labels),
        2: train_pairs(texts, labels, lexicon),
        3: train_pairs(texts, labels, lexicon, negations=False),
    }
    for version, pipeline in models.items():
        name = f"sentiment/{version}"
        converted = convert(pipeline)
        session = repository.open_session(converted)
        served = repository.run(session, INPUT, batch)
        repository.check_agreement(name, served, expected_answers(pipeline, batch))
        repository.check_agreement(f"{name}, odd texts", repository.run(session, INPUT, odd),
                                   expected_answers(pipeline, odd))
        for rows in (batch, odd):
            repository.check_rows(name, session, INPUT, rows)

        metrics = measure(held_out, served.labels)
        repository.write_version(folder / str(version), DESCRIPTIONS[version], converted, metrics)
        repository.report(name, metrics, len(repository.serialize(converted)),
                          repository.median_microseconds(session, INPUT, batch))
