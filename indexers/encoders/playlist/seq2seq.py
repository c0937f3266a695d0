"""A playlist as the last state of a recurrent network that learnt to write it down again."""

from collections.abc import Sequence

import numpy as np
import torch

from indexers.catalog.corpus import Vocabulary
from indexers.encoders.device import pick_device
from indexers.encoders.playlist.average import check_rows, unit_rows
from indexers.encoders.playlist.batches import Batch, fixed_batches
from indexers.encoders.playlist.network import BOTH_WAYS, Encoded, Network
from indexers.encoders.playlist.settings import Seq2SeqSettings
from indexers.encoders.playlist.storage import Stored
from indexers.errors import ModelError
from indexers.schema import Rows, Vectors

ENCODED_AT_ONCE = 8192  # tracks in a batch, with padding


class Seq2SeqEncoder:
    """The encoder half of the autoencoder; see `PlaylistEncoder` for its promises.

    Of a longer playlist the first `encode_tracks` are read. A vector can differ in the last float32 digits with the
    playlists it is encoded beside.
    """

    def __init__(self, name: str, vocabulary: Vocabulary, network: Network, settings: Seq2SeqSettings) -> None:
        """Take a network for the vocabulary; it computes where its weights are."""
        self.name, self.vocabulary, self.settings = name, vocabulary, settings
        self.network = network.eval()
        self.fingerprint = self.stored().fingerprint

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self.network.dim

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return self.network.bias.device

    def encode(self, lists: Sequence[Rows]) -> Vectors:
        """Encode playlists into [n_playlists, dim], unit rows; a playlist without rows gives zeros.

        Raises:
            ShapeError: a row is not one of the vocabulary's.
        """
        check_rows(lists, len(self.vocabulary))
        vectors = np.zeros((len(lists), self.dim), dtype=np.float32)
        for places, batch in fixed_batches(lists, self.settings.encode_tracks, ENCODED_AT_ONCE):
            vectors[places] = self.read(batch).vectors.cpu().numpy()
        return unit_rows(vectors)

    @torch.no_grad()
    def read(self, batch: Batch) -> Encoded:
        """Read one batch: the vectors, and the states that attention looks at."""
        return self.network.encode(torch.from_numpy(batch.rows).to(self.device), torch.from_numpy(batch.lengths))

    def stored(self) -> Stored:
        """What it is made from again."""
        tensors = {name: values.detach().cpu().numpy() for name, values in self.network.state_dict().items()}
        return Stored(self.name, self.settings.model_dump(), self.vocabulary, tensors)


def load_seq2seq(stored: Stored, device: str = "cpu") -> Seq2SeqEncoder:
    """Make the encoder from what was stored.

    Raises:
        ModelError: the weights are not those of such a network.
        ConfigError: no such device here.
    """
    settings = Seq2SeqSettings(**stored.settings)
    network = Network(len(stored.vocabulary), settings, both_ways=BOTH_WAYS[stored.kind])
    try:
        network.load_state_dict({name: torch.from_numpy(values) for name, values in stored.tensors.items()})
    except (RuntimeError, TypeError) as error:
        raise ModelError(f"the weights do not fit {stored.kind}: train it again with --fresh") from error
    return Seq2SeqEncoder(stored.kind, stored.vocabulary, network.to(pick_device(device)), settings)
