"""The protocol of a reader: mono samples at a file's own rate, by position."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from indexers.schema import Samples


class Reader(Protocol):
    """An open file."""

    @property
    def sample_rate_hz(self) -> int:
        """The file's own rate."""

    def read(self, start: int, n_samples: int) -> Samples:
        """Mono samples from `start`; fewer where the track ends. Starts never fall from call to call.

        Raises:
            MediaError: the file cannot be decoded.
        """

    def close(self) -> None:
        """Free what is open."""


def mix(channels: npt.NDArray[np.float32]) -> Samples:
    """Average [n_channels, n_samples] into one; a matrix product, ten times as fast as `mean` over a short axis."""
    weights = np.full(len(channels), 1.0 / len(channels), dtype=np.float32)
    mixed: Samples = weights @ channels if len(channels) > 1 else channels[0]
    return mixed


def chunks(reader: Reader, n_samples: int) -> Iterator[Samples]:
    """A whole file in chunks of n_samples, the last one shorter."""
    start = 0
    while len(chunk := reader.read(start, n_samples)):
        yield chunk
        if len(chunk) < n_samples:
            return
        start += n_samples
