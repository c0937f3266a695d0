"""Where encoders and trainings compute."""

from typing import TYPE_CHECKING

from indexers.errors import ConfigError

if TYPE_CHECKING:
    import torch


def pick_device(device: str) -> "torch.device":
    """Turn a device's name into the device.

    Raises:
        ConfigError: unknown name, or "cuda" without a GPU that torch can use.
    """
    import torch

    if device not in ("auto", "cpu", "cuda"):
        raise ConfigError(f"no device {device!r}; there are auto, cpu, cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise ConfigError("device 'cuda' asked for, but torch sees no GPU here: use 'auto' or 'cpu'")
    return torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")
