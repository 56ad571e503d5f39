import contextlib

import numpy
import pytest
import tritonclient.http
from backends import Backend, LanguageModel, SentimentServer, StaticAnswers, started
from gateway import Gateway, heldout


@pytest.fixture(scope="session")
def start_gateway(tmp_path_factory):
    """Starts a gateway with the flags given, for a `with` block. When one does not start, no test can say anything."""

    @contextlib.contextmanager
    def start(*flags):
        with contextlib.ExitStack() as stack:
            try:
                gateway = stack.enter_context(Gateway(tmp_path_factory.mktemp("gateway"), *flags))
            except (OSError, RuntimeError) as error:
                pytest.exit(f"the gateway does not start: {error}", returncode=1)
            yield gateway

    return start


@pytest.fixture(scope="session")
def gateway(start_gateway):
    """A gateway as `make run` starts it, shared by all tests that change nothing."""
    with start_gateway() as gateway:
        yield gateway


@pytest.fixture(scope="session")
def client(gateway):
    with tritonclient.http.InferenceServerClient(gateway.http, concurrency=8, network_timeout=20) as client:
        yield client


@pytest.fixture(scope="session")
def digits():
    """Held-out digits as one array of rows, FP32 [n, 64]."""
    return numpy.array([request["inputs"][0]["data"] for request in heldout("digits")], dtype=numpy.float32).reshape(
        -1, 64
    )


@pytest.fixture(scope="session")
def digit_labels():
    return numpy.array([request["parameters"]["label"] for request in heldout("digits")])


@pytest.fixture(scope="session")
def sentiment_server(tmp_path_factory):
    """MLServer with the versions 1 and 2 of sentiment. Whoever pauses it lets it go on."""
    with started(SentimentServer(tmp_path_factory.mktemp("mlserver"), versions=(1, 2))) as backend:
        yield backend


@pytest.fixture(scope="session")
def language_model(tmp_path_factory):
    with started(LanguageModel(tmp_path_factory.mktemp("language-model"))) as backend:
        yield backend


@pytest.fixture(scope="session")
def static_answers(tmp_path_factory):
    with started(StaticAnswers(tmp_path_factory.mktemp("nginx"), '{"outputs":[]}')) as backend:
        yield backend


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for name, value in getattr(item, "funcargs", {}).items():
            if isinstance(value, (Gateway, Backend)):
                report.sections.append((f"log of {name}", value.log()))
    return report
