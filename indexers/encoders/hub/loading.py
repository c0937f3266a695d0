"""Loads one tower of a checkpoint through transformers, without noise, and refuses weights that are not all there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from indexers.encoders.hub.checkpoint import Checkpoint
from indexers.errors import ModelError

if TYPE_CHECKING:
    import torch


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' progress bars and notes from the error stream."""
    from transformers.utils import logging as transformers_logging

    logging: Any = transformers_logging
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()


@contextmanager
def model_errors(checkpoint: Checkpoint) -> Iterator[None]:
    """Turn what a library says of a checkpoint into one clear line.

    Raises:
        ModelError: the checkpoint cannot be loaded.
    """
    try:
        with quiet():
            yield
    except ModelError:
        raise
    except Exception as error:  # these libraries' errors share no root
        line = " ".join(str(error).split())[:300] or type(error).__name__
        raise ModelError(f"{checkpoint.name} in {checkpoint.folder} cannot be loaded ({line}): get it again") from error


def load_tower(model_class: Any, checkpoint: Checkpoint, config: Any, device: "torch.device") -> Any:
    """Load the tower of `model_class`, ready to be asked.

    Raises:
        ModelError: a weight is missing or of another shape; transformers would put random numbers there.
    """
    with model_errors(checkpoint):
        model, told = model_class.from_pretrained(
            checkpoint.folder, config=config, use_safetensors=True, local_files_only=True, output_loading_info=True
        )
        if absent := sorted({*told["missing_keys"], *(str(key) for key in told["mismatched_keys"])}):
            raise ModelError(
                f"{checkpoint.name} lacks {len(absent)} weights of {model_class.__name__}, {absent[0]} the first: "
                "get a whole copy"
            )
        return model.to(device).float().eval()
