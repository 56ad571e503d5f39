"""Real servers that a slot can hold, each started on a free port and ended at the end of a `with` block."""

from .language_model import LanguageModel
from .mlserver import SIGNATURE, SentimentServer
from .nginx import StaticAnswers
from .process import Backend, BackendUnavailable, started

__all__ = ["SIGNATURE", "Backend", "BackendUnavailable", "LanguageModel", "SentimentServer", "StaticAnswers", "started"]
