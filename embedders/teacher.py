"""MiniLM, whose vectors the static embedder learns to imitate: the ONNX model that `make setup` fetches."""

from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import BertWordPieceTokenizer

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / ".deps" / "minilm" / "model.onnx"
VOCABULARY = ROOT / ".deps" / "minilm" / "vocab.txt"
LONGEST = 256
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
BATCH_TOKENS = 512
PIECE = 4_096


def tokenizer() -> BertWordPieceTokenizer:
    return BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)


def bare_ids(texts: list[str]) -> list[list[int]]:
    """The ids of each text without special tokens."""
    return [encoding.ids for encoding in tokenizer().encode_batch(texts, add_special_tokens=False)]


class Teacher:
    def __init__(self, threads: int):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
        self.tokenizer = tokenizer()
        self.tokenizer.enable_truncation(LONGEST)

    def embed(self, texts: list[str]) -> np.ndarray:
        """One unit vector a text: the mean over its tokens."""
        return self.embed_ids([encoding.ids for encoding in self.tokenizer.encode_batch(texts)])

    def embed_ids(self, ids: list[list[int]]) -> np.ndarray:
        vectors = np.zeros((len(ids), 384), dtype=np.float32)
        for group in groups([len(row) for row in ids]):
            tokens = np.zeros((len(group), max(len(ids[text]) for text in group)), dtype=np.int64)
            mask = np.zeros_like(tokens)
            for row, text in enumerate(group):
                tokens[row, :len(ids[text])] = ids[text]
                mask[row, :len(ids[text])] = 1
            inputs = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": np.zeros_like(tokens)}
            hidden = self.session.run(None, inputs)[0]
            pooled = (hidden * mask[..., None]).sum(axis=1)
            vectors[group] = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return vectors

    def embed_tokens(self) -> np.ndarray:
        """The vector of each token of the vocabulary as a text of its own."""
        start, end = (self.tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
        return self.embed_ids([[start, token, end] for token in range(self.tokenizer.get_vocab_size())])

    def special(self) -> list[int]:
        return [self.tokenizer.token_to_id(token) for token in SPECIAL]

    def embed_kept(self, texts: list[str], folder: Path) -> np.ndarray:
        """As `embed`, in pieces that are kept in a folder, so that a run that was stopped goes on where it was."""
        folder.mkdir(parents=True, exist_ok=True)
        vectors = []
        for start in range(0, len(texts), PIECE):
            file = folder / f"{start:07}.npy"
            if not file.exists():
                part = folder / "part.npy"
                np.save(part, self.embed(texts[start:start + PIECE]).astype(np.float16))
                part.rename(file)
                print(f"teacher: {start + PIECE:,} of {len(texts):,} texts", flush=True)
            vectors.append(np.load(file).astype(np.float32))
        return np.concatenate(vectors)


def groups(lengths: list[int]):
    """Numbers of texts of like length, BATCH_TOKENS with padding at most unless one text alone is longer."""
    group: list[int] = []
    for text in sorted(range(len(lengths)), key=lambda text: lengths[text]):
        if group and (len(group) + 1) * lengths[text] > BATCH_TOKENS:
            yield group
            group = []
        group.append(text)
    if group:
        yield group
