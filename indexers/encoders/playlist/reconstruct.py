"""How much of a playlist its vector alone holds: written down again, with and without attention and vector."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from indexers.encoders.playlist.batches import Batch, fixed_batches
from indexers.encoders.playlist.network import Encoded
from indexers.encoders.playlist.seq2seq import Seq2SeqEncoder
from indexers.encoders.playlist.trainer import teaching
from indexers.schema import Rows

WRITTEN_AT_ONCE = 3000  # tracks in a batch, with padding
LONGEST = 300  # tracks that are written at most


class Source(StrEnum):
    """What the decoder may write from."""

    VECTOR = "vector"  # attention withheld: the vector alone
    BOTH = "vector and attention"
    ATTENTION = "attention, vector of zeros"
    OTHER = "vector of another playlist"  # attention withheld
    NOTHING = "nothing"  # attention withheld, vector of zeros: what the decoder knows of playlists as such

    @property
    def attends(self) -> float:
        """1 where attention is allowed, else 0."""
        return 1.0 if self in (Source.BOTH, Source.ATTENTION) else 0.0


@dataclass(frozen=True, slots=True)
class Told:
    """Writing each track when told all before it.

    `accuracy` is the share of places where the first choice is right, `top_100` where the track is among the first
    100; `loss` is in nats per track, over all tracks, the end left out.
    """

    accuracy: float
    top_100: float
    loss: float


@dataclass(frozen=True, slots=True)
class Written:
    """Writing whole playlists with nothing told, as means over playlists with tracks.

    `recall` is the share of a playlist's tracks that were written, `precision` the share of the written that are its;
    `length_error` by how many tracks the written one is too long or short, and `length_correlation` Spearman's between
    both lengths; `order` is Kendall's tau between the places of tracks that both have, over the `ordered` playlists
    with at least two.
    """

    recall: float
    precision: float
    length_error: float
    length_correlation: float
    order: float
    ordered: int


def told(encoder: Seq2SeqEncoder, lists: Sequence[Rows], source: Source) -> Told:
    """Measure writing by teacher forcing on playlists; those without tracks say nothing."""
    parts = [_told(encoder, batch, source) for _, batch in _batches(encoder, lists)]
    tracks, right, near, loss = np.sum(np.array(parts, dtype=np.float64), axis=0)
    return Told(float(right / tracks), float(near / tracks), float(loss / tracks))


@torch.no_grad()
def _told(encoder: Seq2SeqEncoder, batch: Batch, source: Source) -> tuple[float, ...]:
    network = encoder.network
    taught = teaching(batch, network)
    encoded = _ablated(encoder.read(batch), source)
    allowed = torch.full((len(taught.rows),), source.attends, device=taught.rows.device)
    scores = network.scores(network.decode(taught.given, encoded, allowed)[:, :-1][taught.there])
    wanted = taught.rows[taught.there]
    above = (scores > scores.gather(1, wanted[:, None])).sum(dim=1)
    loss = functional.cross_entropy(scores, wanted, reduction="sum")
    return len(wanted), float((above < 1).sum()), float((above < 100).sum()), float(loss)


def write_playlists(encoder: Seq2SeqEncoder, lists: Sequence[Rows], source: Source) -> list[Rows]:
    """Write playlists again, always the likeliest track that is not yet written, as long as the median length.

    A playlist ends where the chance that it goes on so far falls below one half: the median of the length that the
    decoder expects, since the end is nowhere certain.

    Returns:
        A playlist for each of `lists`, at most `LONGEST` tracks long; one without tracks gives none.
    """
    found = [np.empty(0, dtype=np.int64)] * len(lists)
    for places, batch in _batches(encoder, lists):
        for place, rows in zip(places.tolist(), _write(encoder, batch, source), strict=True):
            found[place] = rows
    return found


@torch.no_grad()
def _write(encoder: Seq2SeqEncoder, batch: Batch, source: Source) -> list[Rows]:
    network, n, device = encoder.network, len(batch.lengths), encoder.device
    encoded = _ablated(encoder.read(batch), source)
    allowed = torch.full((n,), source.attends, device=device)
    used = torch.zeros((n, network.n_tracks), dtype=torch.bool, device=device)
    lasting, lengths = torch.ones(n, device=device), torch.zeros(n, dtype=torch.int64, device=device)
    state, given = network.opening(encoded.vectors), torch.full((n, 1), network.first, device=device)
    written: list[Tensor] = []
    while len(written) < min(LONGEST, network.n_tracks):
        said, state = network.step(given, encoded, allowed, state)
        lasting = lasting * (1.0 - network.ends(said[:, 0]).sigmoid())
        going = lasting >= 0.5
        if not bool(going.any()):
            break
        lengths += going
        given = network.scores(said[:, 0]).masked_fill(used, float("-inf")).argmax(dim=1, keepdim=True)
        used.scatter_(1, given, value=True)
        written.append(given[:, 0])
    rows = torch.stack(written, dim=1).cpu().numpy() if written else np.empty((n, 0), dtype=np.int64)
    return [each[:length] for each, length in zip(rows, lengths.tolist(), strict=True)]


def _batches(encoder: Seq2SeqEncoder, lists: Sequence[Rows]) -> Iterator[tuple[Rows, Batch]]:
    yield from fixed_batches(lists, encoder.settings.encode_tracks, WRITTEN_AT_ONCE)


def _ablated(encoded: Encoded, source: Source) -> Encoded:
    if source in (Source.ATTENTION, Source.NOTHING):
        return replace(encoded, vectors=torch.zeros_like(encoded.vectors))
    if source is Source.OTHER:  # the next one in a batch of playlists of about the same length
        return replace(encoded, vectors=encoded.vectors.roll(1, dims=0))
    return encoded


def compare(lists: Sequence[Rows], written: Sequence[Rows]) -> Written:
    """Compare playlists with what was written for them; playlists without tracks do not count.

    Raises:
        ValueError: there are not as many written ones.
    """
    pairs = [(own, other) for own, other in zip(lists, written, strict=True) if len(own)]
    shared = np.array([len(np.intersect1d(own, other)) for own, other in pairs], dtype=np.float64)
    n_own, n_other = (np.array([len(pair[side]) for pair in pairs], dtype=np.float64) for side in (0, 1))
    taus = [tau for own, other in pairs if (tau := order_kept(own, other)) is not None]
    return Written(
        float(np.mean(shared / n_own)),
        float(np.mean(shared / np.maximum(n_other, 1))),
        float(np.mean(np.abs(n_own - n_other))),
        rank_correlation(n_own, n_other),
        float(np.mean(taus)) if taus else 0.0,
        len(taus),
    )


def order_kept(own: Rows, other: Rows) -> float | None:
    """Kendall's tau between the places of the tracks that both have; None of fewer than two.

    Source: Kendall 1938, "A New Measure of Rank Correlation".
    """
    place = {row: at for at, row in enumerate(other.tolist())}
    places = np.array([place[row] for row in own.tolist() if row in place])
    if len(places) < 2:
        return None
    later = np.sign(places[None, :] - places[:, None])[np.triu_indices(len(places), 1)]
    return float(later.mean())


def rank_correlation(one: "np.typing.NDArray[np.float64]", other: "np.typing.NDArray[np.float64]") -> float:
    """Spearman's rank correlation with mean ranks for ties; 0 where either side is all the same."""
    from scipy.stats import rankdata

    ranks = np.stack([rankdata(one), rankdata(other)])
    ranks -= ranks.mean(axis=1, keepdims=True)
    spread = np.sqrt((ranks**2).sum(axis=1)).prod()
    return float((ranks[0] * ranks[1]).sum() / spread) if spread else 0.0


def popular(lists: Sequence[Rows], counts: Rows) -> list[Rows]:
    """The baseline: for each playlist as many of the most frequent tracks as it really has, which it is told."""
    order = np.argsort(-counts, kind="stable")
    return [order[: len(rows)] for rows in lists]


def report(encoder: Seq2SeqEncoder, lists: Sequence[Rows], counts: Rows) -> Mapping[str, Any]:
    """Measure everything above, by source, on held-out playlists.

    Args:
        encoder: Trained on other playlists.
        lists: Held-out ones as rows of its vocabulary.
        counts: How many training playlists hold each track, [n_tracks].
    """
    from dataclasses import asdict

    shortened = [rows[: encoder.settings.encode_tracks] for rows in lists if len(rows)]
    sources = {
        str(source): {
            "told": asdict(told(encoder, shortened, source)),
            "written": asdict(compare(shortened, write_playlists(encoder, shortened, source))),
        }
        for source in Source
    }
    baseline = asdict(compare(shortened, popular(shortened, counts)))
    return {"playlists": len(shortened), "sources": sources, "popularity": {"written": baseline}}
