"""A training cut short and taken up again: everything it needs in one file, replaced in one step."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from indexers.errors import ConfigError, ModelError
from indexers.files import write_atomically

FRESH = "start again with --fresh"


class Trainer(Protocol):
    """What is trained: a network and its optimisers; `n_steps` steps were taken."""

    n_steps: int

    @property
    def network(self) -> nn.Module:
        """What learns."""

    @property
    def optimisers(self) -> Sequence[torch.optim.Optimizer]:
        """What moves it."""


@dataclass(slots=True)
class Position:
    """How far a training has come. It changes as the training goes on.

    `batch` is the next one of `epoch`; `best` the least validation loss, `stale` the epochs since, `records` the log.
    """

    epoch: int = 0
    batch: int = 0
    seconds: float = 0.0
    best: float | None = None
    best_epoch: int = 0
    stale: int = 0
    records: list[dict[str, Any]] = field(default_factory=list)


def save_checkpoint(path: Path, identity: str, trainer: Trainer, position: Position) -> None:
    """Write where a training stands.

    Args:
        path: The file to replace.
        identity: What must be the same when it is taken up again.
        trainer: Its network, optimisers and number of steps.
        position: The rest.

    Raises:
        StorageError: the disk refused.
    """
    from safetensors.torch import save_file

    tensors = {f"network.{name}": values for name, values in trainer.network.state_dict().items()}
    for number, optimiser in enumerate(trainer.optimisers):
        for row, state in optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{number}.{row}.{name}": torch.as_tensor(kept) for name, kept in state.items()}
    kept = {name: values.detach().cpu().contiguous() for name, values in tensors.items()}
    said = {"identity": identity, "n_steps": str(trainer.n_steps), "position": json.dumps(asdict(position))}
    write_atomically(path, lambda temporary: save_file(kept, temporary, metadata=said))


def load_checkpoint(path: Path, identity: str, trainer: Trainer) -> Position:
    """Put a trainer where a checkpoint was written, to the bit; it must be as it was made then.

    Raises:
        ConfigError: the checkpoint is of other examples or settings.
        ModelError: the file is damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as stream:
            said = stream.metadata() or {}
            tensors = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118 - it is no mapping
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path} is damaged ({error}): {FRESH}") from error
    if said.get("identity") != identity:
        raise ConfigError(f"{path} is a training on other examples or with other settings: {FRESH}")
    trainer.network.load_state_dict(_under("network.", tensors))
    for number, optimiser in enumerate(trainer.optimisers):
        _restore(optimiser, _under(f"optimiser.{number}.", tensors))
    trainer.n_steps = int(said["n_steps"])
    return Position(**json.loads(said["position"]))


def _restore(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    state: dict[int, dict[str, Any]] = {}
    for name, values in tensors.items():
        row, part = name.split(".")
        sparse_step = part == "step" and isinstance(optimiser, torch.optim.SparseAdam)  # it counts with a plain number
        state.setdefault(int(row), {})[part] = int(values) if sparse_step else values
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): values for name, values in tensors.items() if name.startswith(prefix)}


def keep_network(network: nn.Module, path: Path) -> None:
    """Write a network's weights as they are now.

    Raises:
        StorageError: the disk refused.
    """
    from safetensors.torch import save_file

    kept = {name: values.detach().cpu().contiguous() for name, values in network.state_dict().items()}
    write_atomically(path, lambda temporary: save_file(kept, temporary))


@torch.no_grad()
def take_network(network: nn.Module, path: Path) -> None:
    """Give a network the weights that were kept; those it has where none were."""
    from safetensors.torch import load_file

    if path.exists():
        network.load_state_dict(load_file(path))
