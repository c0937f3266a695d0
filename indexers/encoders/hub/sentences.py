"""Sentence-transformers checkpoints: texts of any length to unit vectors.

Source: N. Reimers and I. Gurevych, Sentence-BERT (2019).
"""

from collections.abc import Sequence

import numpy as np

from indexers.encoders.hub.checkpoint import Checkpoint
from indexers.encoders.hub.loading import model_errors
from indexers.encoders.hub.split import encode_whole, pieces_of
from indexers.errors import ModelError
from indexers.schema import Vectors

BATCH = 32


class HubSentenceEncoder:
    """Texts to a checkpoint's unit vectors; see `TextEncoder` for its promises. A blank text gets zeros.

    The prompt that the checkpoint names as its default is used, as sentence-transformers does. A text that is longer
    than the checkpoint reads is split into sentences; see `pieces_of`.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Load the checkpoint; it runs on the CPU.

        Args:
            checkpoint: Of kind `Kind.SENTENCES`.

        Raises:
            ModelError: the checkpoint is damaged.
        """
        from sentence_transformers import SentenceTransformer

        self.name, self.fingerprint = checkpoint.name, checkpoint.fingerprint
        with model_errors(checkpoint):
            self._model = SentenceTransformer(
                str(checkpoint.folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
            self.dim = len(self._model.encode(["probe"], show_progress_bar=False)[0])
        default = self._model.default_prompt_name
        self._prompt = str(self._model.prompts.get(default) or "") if default else ""
        self.limit: int | None = self._model.max_seq_length
        if self.dim < 1:
            raise ModelError(f"{checkpoint.name} gives vectors of {self.dim} dims: choose another checkpoint")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim], unit rows, zeros for blank ones; no texts give [0, dim]."""
        return encode_whole(texts, lambda text: pieces_of(text, self._fits), self._run)

    def _fits(self, text: str) -> bool:
        if self.limit is None:
            return True
        return len(self._model.tokenizer(self._prompt + text, verbose=False)["input_ids"]) <= self.limit

    def _run(self, pieces: list[str]) -> Vectors:
        if not pieces:
            return np.empty((0, self.dim), dtype=np.float32)
        rows = self._model.encode(
            pieces, batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True, normalize_embeddings=True
        )
        return np.asarray(rows, dtype=np.float32)
