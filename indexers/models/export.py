"""Exports a sentence model to ONNX once, so that a query never waits for the libraries it was trained with."""

import logging
import warnings
from pathlib import Path

from indexers.errors import ModelError

MAX_TOKENS = 512


def export_sentence_model(folder: Path, path: Path) -> None:
    """Write a BERT with mean pooling and unit length as ONNX.

    The file takes `input_ids` and `attention_mask` [n_texts, n_tokens] and gives `sentence_vector` [n_texts, dim].

    Args:
        folder: Holds config.json and model.safetensors.
        path: The ONNX file to write.

    Raises:
        ModelError: the weights do not load or do not export.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        try:
            _export(folder, path)
        except (OSError, ValueError, RuntimeError) as error:
            line = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(f"the text model does not export ({line}): reinstall torch and transformers") from error


def _export(folder: Path, path: Path) -> None:
    import torch
    from transformers import BertModel
    from transformers.utils.logging import disable_progress_bar

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it tells of operators that nobody asked for
    disable_progress_bar()  # type: ignore[no-untyped-call]
    bert = BertModel.from_pretrained(folder, attn_implementation="eager", use_safetensors=True)
    bert.train(mode=False)

    class Pooled(torch.nn.Module):
        """Mean of the token vectors that are not padding, scaled to length one."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            tokens = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            weight = attention_mask.unsqueeze(-1).to(tokens.dtype)
            return torch.nn.functional.normalize((tokens * weight).sum(1) / weight.sum(1).clamp(min=1e-9), dim=-1)

    ids, mask = torch.randint(5, 1000, (2, 7)), torch.ones(2, 7, dtype=torch.int64)
    mask[1, 5:] = 0
    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("tokens", max=MAX_TOKENS)}
    torch.onnx.export(
        Pooled(),
        (ids, mask),
        path,
        input_names=["input_ids", "attention_mask"],
        output_names=["sentence_vector"],
        dynamo=True,
        dynamic_shapes=(sizes, sizes),
        external_data=False,
        verbose=False,
    )
