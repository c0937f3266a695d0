"""Sentences to unit vectors: all-MiniLM-L6-v2 through ONNX Runtime.

Source: W. Wang et al., MiniLM (2020); N. Reimers and I. Gurevych, Sentence-BERT (2019).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexers.encoders.sessions import open_session
from indexers.errors import ModelError
from indexers.models.cards import CARDS
from indexers.schema import Rows, Vectors

CHUNK_TOKENS = 254  # and one mark at each end: the 256 the model was tuned with
BATCH = 32
SHORTEST = 1e-12  # of a mean of unit vectors


class SentenceEncoder:
    """Texts to 384-d unit vectors; see `TextEncoder` for its promises.

    A text of more than 254 word pieces is cut into chunks of that length; its vector is the mean of theirs, made
    unit again, so that the end of a long text counts as much as its beginning. A text's vector can differ in the last
    float32 digit with the texts it is encoded beside, since shorter ones are padded.
    """

    def __init__(self, folder: Path, fingerprint: str, *, threads: int = 1) -> None:
        """Load the tokenizer and the network.

        Args:
            folder: Holds tokenizer.json and model.onnx.
            fingerprint: What its numbers depend on.
            threads: Of ONNX Runtime.

        Raises:
            ModelError: a file is damaged.
        """
        from tokenizers import Tokenizer

        self.name, self.fingerprint = "text", fingerprint
        self.dim = CARDS["text"].outputs["sentence"]
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the library raises bare exceptions
            raise ModelError(f"{folder}/tokenizer.json cannot be read: run `segue models pull text`") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._marks = self._tokenizer.encode("").ids  # [CLS] and [SEP]
        self._session = open_session(folder / "model.onnx", threads)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, 384], unit rows; no texts give [0, 384]."""
        chunks, owners = self._chunks(texts)
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for at in range(0, len(chunks), BATCH):
            np.add.at(vectors, owners[at : at + BATCH], self._run(chunks[at : at + BATCH]))
        counts = np.bincount(owners, minlength=len(texts))
        several = counts > 1  # a single chunk is a unit vector as it is
        lengths = np.linalg.norm(vectors[several], axis=1, keepdims=True)
        vectors[several] /= np.maximum(lengths, SHORTEST)
        return vectors

    def _chunks(self, texts: Sequence[str]) -> tuple[list[list[int]], Rows]:
        """Cut every text into token lists with their marks, and say which text each belongs to."""
        first, last = self._marks
        chunks: list[list[int]] = []
        owners: list[int] = []
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        for row, encoding in enumerate(encodings):
            for at in range(0, max(1, len(encoding.ids)), CHUNK_TOKENS):
                chunks.append([first, *encoding.ids[at : at + CHUNK_TOKENS], last])
                owners.append(row)
        return chunks, np.array(owners, dtype=np.int64)

    def _run(self, chunks: list[list[int]]) -> Vectors:
        """Encode token lists of any lengths, padded to the longest."""
        shape = (len(chunks), max(map(len, chunks)))
        ids: npt.NDArray[np.int64] = np.zeros(shape, dtype=np.int64)
        mask = np.zeros(shape, dtype=np.int64)
        for row, chunk in enumerate(chunks):
            ids[row, : len(chunk)] = chunk
            mask[row, : len(chunk)] = 1
        vectors: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return vectors
