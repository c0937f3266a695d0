"""What was learnt from playlists, said of the tracks of one library."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from engine.continuation.model import ContinuationModel
from engine.continuation.seeds import Finder
from indexers.schema import Rows, Seeds, Vectors
from rankers.blend import standardised
from rankers.fusion import Pool
from rankers.recommend.item_vectors import ItemVectors
from rankers.suite import Scored

SECOND_STAGE = "order"  # the arm by which the second stage moves a track
DEPTH = 600  # of the blend's best known tracks that the second stage orders


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

    def weights(self, seeds: Seeds, n_seeds: int) -> Mapping[str, float]:
        """What each arm weighs: as fitted, less where playlists know few of the seeds."""
        suite = self.model.suite
        known = len(seeds.rows) / max(n_seeds, len(seeds.rows)) if n_seeds or len(seeds.rows) else 1.0
        weights = known * suite.blend.weights_for(len(seeds.rows))
        return dict(zip(suite.names, weights.tolist(), strict=True))

    def reordered(self, pool: Pool, scored: Scored, seeds: Seeds) -> Pool:
        """Let the second stage order the best of the tracks that playlists hold, among the places that they have.

        The scores stay where they are and the tracks move between them; what that gave or took is the share of the arm
        "order", so that shares still sum to the score. Others keep place and score.

        Args:
            pool: All tracks of the library in row order.
            scored: What the arms say of the vocabulary.
            seeds: The playlist.
        """
        suite = self.model.suite
        rows = self.finder.library_rows
        best = rows[np.argsort(-pool.scores[rows], kind="stable")[:DEPTH]]
        if suite.ranker is None or len(best) < 2:
            return pool
        numbers = self.finder.vocabulary_rows[np.searchsorted(rows, best)]
        blended = np.asarray(suite.blend.weights_for(len(seeds.rows)) @ scored.standard[:, numbers], dtype=np.float32)
        places = np.argsort(-blended, kind="stable")  # the second stage reads its candidates in the blend's order
        judged = suite.judge(seeds, scored.take(numbers[places]), blended[places])
        order = best[places][np.argsort(-judged, kind="stable")]
        scores = pool.scores.copy()
        scores[order] = pool.scores[best]
        shares = np.vstack([pool.shares, scores - pool.scores])
        return Pool(pool.rows, scores, (*pool.arms, SECOND_STAGE), shares)

    @cached_property
    def _cold(self) -> tuple[Rows, Vectors]:
        """The library's rows that have a predicted vector, and these vectors."""
        row_of = {track_id: row for row, track_id in enumerate(self.track_ids)}
        cold = self.model.cold
        known = [(row_of[track_id], place) for place, track_id in enumerate(cold.track_ids) if track_id in row_of]
        pairs = np.array(known, dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], cold.vectors[pairs[:, 1]]
