"""The text tower of transformers' CLAP: texts of any length to unit vectors of the joint space."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from indexers.encoders.hub.checkpoint import Checkpoint
from indexers.encoders.hub.clap_audio import DIM
from indexers.encoders.hub.loading import load_tower, model_errors
from indexers.encoders.hub.split import encode_whole, pieces_of
from indexers.schema import Vectors

TRAINED_TOKENS = 77  # LAION cut every training text there: what lies beyond, the towers never learnt to read
BATCH = 32


class ClapTextEncoder:
    """Texts to a checkpoint's unit vectors; see `TextEncoder` for its promises. A blank text gets zeros.

    Each text is put into the checkpoint's prompts, and its vector is the mean of theirs. A text that is longer than
    the tower reads (`limit` tokens, its marks included) is split into sentences; see `pieces_of`.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        """Load the tower and its tokenizer; it runs on the CPU, for a query is short.

        Args:
            checkpoint: Of kind `Kind.CLAP`.

        Raises:
            ModelError: the checkpoint is damaged.
        """
        import torch
        from transformers import AutoTokenizer, ClapConfig, ClapTextModelWithProjection

        self.name, self.fingerprint = checkpoint.name, checkpoint.fingerprint
        self.dim = int(checkpoint.config.get("projection_dim", DIM))
        self._prompts = checkpoint.card.prompts
        with model_errors(checkpoint):
            config: Any = ClapConfig.from_pretrained(checkpoint.folder, local_files_only=True).text_config
            self._tokenizer: Any = AutoTokenizer.from_pretrained(checkpoint.folder, local_files_only=True)
        positions = (
            config.max_position_embeddings - (config.pad_token_id or 0) - 1
        )  # RoBERTa counts from behind the pad
        self.limit: int = min(positions, int(self._tokenizer.model_max_length), TRAINED_TOKENS)
        self._model = load_tower(ClapTextModelWithProjection, checkpoint, config, torch.device("cpu"))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim], unit rows, zeros for blank ones; no texts give [0, dim]."""
        return encode_whole(texts, self._prompted, self._run)

    def _prompted(self, text: str) -> list[str]:
        pieces = pieces_of(text, lambda piece: all(self._fits(prompt.replace("{}", piece)) for prompt in self._prompts))
        return [prompt.replace("{}", piece) for piece in pieces for prompt in self._prompts]

    def _fits(self, text: str) -> bool:
        return len(self._tokenizer(text, verbose=False).input_ids) <= self.limit

    def _run(self, pieces: list[str]) -> Vectors:
        parts = [self._run_batch(pieces[at : at + BATCH]) for at in range(0, len(pieces), BATCH)]
        return np.concatenate([np.empty((0, self.dim), np.float32), *parts])

    def _run_batch(self, pieces: list[str]) -> Vectors:
        import torch
        from torch.nn import functional

        tokens = self._tokenizer(pieces, padding=True, return_tensors="pt")
        with torch.inference_mode():
            found = self._model(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"])
            vectors: Vectors = functional.normalize(found.text_embeds, dim=-1).numpy()
        return vectors
