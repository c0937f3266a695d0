"""What was learnt from playlists, said of the tracks of one library."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from engine.continuation.model import ContinuationModel
from engine.continuation.seeds import Finder
from indexers.schema import Rows, Seeds, Vectors
from indexers.vectors.top import top_rows
from rankers.blend import standardised
from rankers.fusion import Shares
from rankers.recommend.item_vectors import ItemVectors
from rankers.suite import Scored

Names = tuple[str, ...]
SECOND_STAGE = "order"  # the arm by which the second stage moves a track
HALF_TRUST = 2  # playlists that hold a seed, for half the trust
DEPTH = 600  # best known tracks that the second stage orders


@dataclass(frozen=True)
class Learnt:
    """A model beside the tracks of one generation."""

    model: ContinuationModel
    finder: Finder
    track_ids: tuple[str, ...]  # of the generation, in row order

    def score(self, seeds: Seeds, refused: Rows, unlike_weight: float) -> Scored:
        """What every arm says of the vocabulary, less what it says for refused tracks (Rocchio)."""
        suite = self.model.suite
        scored = suite.score(seeds)
        if not len(refused):
            return scored
        against = replace(seeds, rows=refused, name="")
        nothing = replace(against, rows=refused[:0])  # what an arm says whatever the seeds are, such as popularity
        raw = scored.raw - unlike_weight * (suite.score(against).raw - suite.score(nothing).raw)
        standard = np.stack([standardised(scores) for scores in raw])
        return Scored(scored.rows, raw, standard, raw.min(axis=1))

    def of_library(self, scored: Scored, seeds: Seeds) -> dict[str, Vectors]:
        """Arm to the library's tracks' scores, [n_library].

        A track that no playlist holds gets an arm's lowest score, and from item2vec that of where its sound places it.
        """
        by_arm = {}
        for row, arm in enumerate(self.model.suite.arms):
            scores = np.full(len(self.track_ids), scored.lowest[row], dtype=np.float32)
            scores[self.finder.library_rows] = scored.raw[row][self.finder.vocabulary_rows]
            if isinstance(arm, ItemVectors) and len(seeds.rows):
                rows, vectors = self._cold
                scores[rows] = vectors @ arm.middle(seeds.rows)
            by_arm[arm.name] = scores
        return by_arm

    def shares(self, arms: Mapping[str, Vectors], scored: Scored, seeds: Seeds, n_seeds: int) -> tuple[Names, Shares]:
        """What each learnt arm and the second stage give to the library's tracks, [n_arms + 1, n_library].

        Arms are standardised over the library and weighed as fitted; the second stage then orders the best tracks that
        playlists hold: what the arms gave to them moves between them, and the difference is the share of "order".
        All together has the spread of one standardised arm, less where few playlists know the seeds.

        Args:
            arms: What `of_library` gave.
            scored: What the arms say of the vocabulary.
            seeds: The playlist.
            n_seeds: How many seeds the library has, known or not.
        """
        weights = self.model.suite.blend.weights_for(len(seeds.rows))
        shares = np.stack([weight * standardised(arms[name]) for weight, name in zip(weights, arms, strict=True)])
        total = shares.sum(axis=0, dtype=np.float64)
        moved = self._reordered(total, scored, seeds) - total
        scale = self._trust(seeds, n_seeds) / (float(total.std()) or 1.0)
        return (*arms, SECOND_STAGE), np.vstack([shares, moved]) * scale

    def _trust(self, seeds: Seeds, n_seeds: int) -> float:
        """How much playlists say of these seeds, in [0, 1]: a third where one holds each, near 1 where many do.

        A name alone is trusted, for the fitted weights have seen how much names say.
        """
        n_seeds = max(n_seeds, len(seeds.rows))
        counts = self.model.suite.facts.counts[seeds.rows]
        return float((counts / (counts + HALF_TRUST)).sum()) / n_seeds if n_seeds else 1.0

    def _reordered(self, total: Shares, scored: Scored, seeds: Seeds) -> Shares:
        """The totals of the library's tracks, those of the best known ones moved into the second stage's order."""
        suite = self.model.suite
        rows = self.finder.library_rows
        best = rows[top_rows(total[rows].astype(np.float32), min(DEPTH, len(rows)))]
        if suite.ranker is None or len(best) < 2:
            return total
        numbers = self.finder.vocabulary_rows[np.searchsorted(rows, best)]
        blended = np.asarray(suite.blend.weights_for(len(seeds.rows)) @ scored.standard[:, numbers], dtype=np.float32)
        places = np.argsort(-blended, kind="stable")  # the second stage reads its candidates in the blend's order
        judged = suite.judge(seeds, scored.take(numbers[places]), blended[places])
        moved = total.copy()
        moved[best[places][np.argsort(-judged, kind="stable")]] = total[best]
        return moved

    @cached_property
    def _cold(self) -> tuple[Rows, Vectors]:
        """The library's rows that have a predicted vector, and these vectors."""
        row_of = {track_id: row for row, track_id in enumerate(self.track_ids)}
        cold = self.model.cold
        known = [(row_of[track_id], place) for place, track_id in enumerate(cold.track_ids) if track_id in row_of]
        pairs = np.array(known, dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], cold.vectors[pairs[:, 1]]
