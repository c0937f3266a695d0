"""The autoencoder's training, step by step; every step's chance comes from its number, so that it can be resumed."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from indexers.catalog.corpus import Corpus
from indexers.encoders.playlist.batches import Batch, fixed_batches
from indexers.encoders.playlist.network import BOTH_WAYS, Network, sampled_loss
from indexers.encoders.playlist.settings import Seq2SeqSettings
from indexers.schema import Rows, Vectors

WARM_STEPS = 100  # over which the learning rate rises
LAST_RATE = 0.05  # of the learning rate that is left at the end
DRAWN_POWER = 0.75  # of the counts that negatives are drawn by
STEP_SEEDS = 1_000_003


@dataclass(frozen=True, slots=True)
class Teaching:
    """One batch as tensors: what is read, what the decoder is told, and what it must say.

    `rows` [n_playlists, n_places] are read, `given` [n_playlists, n_places + 1] is told. `there` [n_playlists,
    n_places] is true where a track is to be said, `asked` [n_playlists, n_places + 1] where it is asked whether the
    playlist has ended, which `over`, of the same shape, answers with 0 or 1.
    """

    rows: Tensor
    lengths: Tensor
    given: Tensor
    there: Tensor
    asked: Tensor
    over: Tensor


def teaching(batch: Batch, network: Network) -> Teaching:
    """Lay a batch out for the network: the decoder is told the mark of a start first, then track by track."""
    device = network.bias.device
    first = np.full((len(batch.lengths), 1), network.first, dtype=np.int64)
    places = np.arange(batch.rows.shape[1] + 1)
    asked, over = places <= batch.lengths[:, None], places == batch.lengths[:, None]
    given = np.concatenate([first, batch.rows], axis=1)
    rows, told, there, counted = (torch.from_numpy(each).to(device) for each in (batch.rows, given, batch.there, asked))
    answers = torch.from_numpy(over).float().to(device)
    return Teaching(rows, torch.from_numpy(batch.lengths), told, there, counted, answers)


@dataclass(frozen=True, slots=True)
class Shares:
    """How often each track is what comes next: [n_tracks] each, summing to 1.

    `plain` are the shares themselves, `drawn` those that negatives are drawn by.
    """

    plain: Vectors
    drawn: Vectors


def shares_of(corpus: Corpus) -> Shares:
    """Count what comes next in training playlists; a track in none of them still has a small share."""
    counts = corpus.counts.astype(np.float64) + 0.5
    drawn = counts**DRAWN_POWER
    return Shares((counts / counts.sum()).astype(np.float32), (drawn / drawn.sum()).astype(np.float32))


class Trainer:
    """A network and its optimisers; `n_steps` steps were taken."""

    def __init__(self, network: Network, shares: Shares, settings: Seq2SeqSettings) -> None:
        """Take a network on its device."""
        self.network, self.settings = network, settings
        self.n_steps = 0
        self._drawn = torch.from_numpy(shares.drawn).to(network.bias.device)
        self._up_to = np.cumsum(shares.drawn.astype(np.float64))
        self._dense = [values for name, values in network.named_parameters() if name not in ("table.weight", "bias")]
        self.optimisers = (
            torch.optim.Adam(self._dense, lr=settings.learning_rate),
            torch.optim.Adam([network.bias], lr=settings.learning_rate),
            torch.optim.SparseAdam([network.table.weight], lr=settings.learning_rate),
        )

    def step(self, batch: Batch, progress: float) -> float:
        """Learn from one batch and give its loss.

        Args:
            batch: Playlists.
            progress: The share of the whole training that is done, which the learning rate follows.
        """
        rng = np.random.default_rng((self.settings.seed, STEP_SEEDS, self.n_steps))
        self._set_rate(progress)
        self.network.train()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(2**62)))  # of the dropout
            loss = self._loss(teaching(batch, self.network), rng)
        for optimiser in self.optimisers:
            optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._dense, self.settings.clip)
        for optimiser in self.optimisers:
            optimiser.step()
        self.n_steps += 1
        return float(loss.detach())

    def _loss(self, taught: Teaching, rng: np.random.Generator) -> Tensor:
        settings, device = self.settings, taught.rows.device
        attends = rng.random(len(taught.rows)) >= settings.attention_dropout
        told = rng.random(taught.given.shape) >= settings.word_dropout
        told[:, 0] = True  # the start is always told
        given = taught.given.masked_fill(~torch.from_numpy(told).to(device), self.network.blank)
        encoded = self.network.encode(taught.rows, taught.lengths)
        written = self.network.decode(given, encoded, torch.from_numpy(attends).float().to(device))
        picked = np.searchsorted(self._up_to, rng.random(settings.negatives) * self._up_to[-1])
        drawn = torch.from_numpy(picked.astype(np.int64)).to(device)
        said, wanted = written[:, :-1][taught.there], taught.rows[taught.there]
        tracks = sampled_loss(self.network, said, wanted, drawn, self._drawn)
        return tracks + _end_loss(self.network, written, taught) / len(wanted)

    def _set_rate(self, progress: float) -> None:
        warm = min(1.0, (self.n_steps + 1) / WARM_STEPS)
        slow = self.settings.table_rate
        rate = self.settings.learning_rate * warm * max(LAST_RATE, 1.0 - progress * (1.0 - LAST_RATE))
        for optimiser, part in zip(self.optimisers, (1.0, slow, slow), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * part


def start_trainer(
    kind: str, corpus: Corpus, track_vectors: Vectors, settings: Seq2SeqSettings, device: torch.device
) -> Trainer:
    """Make a network that knows the track vectors [n_tracks, width] alone; the same seed gives the same network."""
    shares = shares_of(corpus)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = Network(len(corpus.vocabulary), settings, both_ways=BOTH_WAYS[kind])
    network.start(track_vectors, shares.plain)
    return Trainer(network.to(device), shares, settings)


def torch_threads() -> int:
    """How many threads torch computes with."""
    return torch.get_num_threads()


@dataclass(frozen=True, slots=True)
class Validation:
    """How well held-out playlists are written, in nats per track (its share of the end's included), told all before it.

    `attending` uses attention and vector, `vector_only` withholds attention.
    """

    attending: float
    vector_only: float

    def as_json(self) -> dict[str, float]:
        """The two losses."""
        return {name: round(value, 5) for name, value in asdict(self).items()}


@torch.no_grad()
def validate(network: Network, lists: Sequence[Rows], settings: Seq2SeqSettings) -> Validation:
    """Measure the exact loss, over all tracks, on playlists; those without tracks say nothing.

    Args:
        network: As it is now; nothing in it changes.
        lists: At least one with tracks.
        settings: Playlists are read up to `chunk_tracks`.
    """
    network.eval()
    losses = []
    for attends in (1.0, 0.0):
        told = [_total(network, batch, attends) for _, batch in fixed_batches(lists, settings.chunk_tracks, 2048)]
        losses.append(math.fsum(loss for loss, _ in told) / max(1, sum(count for _, count in told)))
    return Validation(*losses)


def _total(network: Network, batch: Batch, attends: float) -> tuple[float, int]:
    """The summed loss of a batch, and over how many tracks."""
    taught = teaching(batch, network)
    encoded = network.encode(taught.rows, taught.lengths)
    allowed = torch.full((len(taught.rows),), attends, device=taught.rows.device)
    written = network.decode(taught.given, encoded, allowed)
    wanted = taught.rows[taught.there]
    scores = network.scores(written[:, :-1][taught.there])
    tracks = functional.cross_entropy(scores, wanted, reduction="sum")
    return float(tracks + _end_loss(network, written, taught)), len(wanted)


def _end_loss(network: Network, written: Tensor, taught: Teaching) -> Tensor:
    """The summed loss of telling, at every place, whether the playlist has ended."""
    asked, over = network.ends(written)[taught.asked], taught.over[taught.asked]
    return functional.binary_cross_entropy_with_logits(asked, over, reduction="sum")
