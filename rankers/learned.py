"""The second stage: boosted trees that order the candidates by what held-out playlists taught."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from indexers.errors import InputError, ModelError, ShapeError
from indexers.schema import Vectors

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True, slots=True)
class LearnedSettings:
    """The size of the forest and how it is held back."""

    n_trees: int = 200
    learning_rate: float = 0.05
    n_leaves: int = 15
    leaf_candidates: int = 200  # the fewest in a leaf
    truncation: int = 100  # ranks that the pairs of lambdarank come from
    seed: int = 1
    threads: int = 0  # 0 is all cores


@dataclass(frozen=True, slots=True)
class Lesson:
    """One held-out playlist: the facts of its candidates [n_candidates, n_facts], and which of them it held."""

    facts: Vectors
    hits: npt.NDArray[np.bool_]


class LearnedRanker:
    """Scores candidates from their facts.

    Source: Burges 2010, "From RankNet to LambdaRank to LambdaMART"; Ke et al. 2017, "LightGBM".
    """

    def __init__(self, booster: "Booster", names: Sequence[str]) -> None:
        """Take a fitted booster and the names of the facts it looks at, in order."""
        self._booster = booster
        self.names = tuple(names)

    @classmethod
    def fit(cls, lessons: Sequence[Lesson], names: Sequence[str], settings: LearnedSettings) -> "LearnedRanker":
        """Learn from held-out playlists.

        Raises:
            InputError: no lesson has both tracks that were held and tracks that were not.
            ShapeError: a lesson has another number of facts than there are names.
        """
        if any(lesson.facts.shape[1] != len(names) for lesson in lessons):
            raise ShapeError(f"a lesson does not have the {len(names)} facts that are named: build it again")
        taught = [lesson for lesson in lessons if lesson.hits.any() and not lesson.hits.all()]
        if not taught:
            raise InputError("no held-out playlist has a track among its candidates: give more playlists")
        import lightgbm

        table = lightgbm.Dataset(
            np.concatenate([lesson.facts for lesson in taught]),
            label=np.concatenate([lesson.hits for lesson in taught]).astype(np.int32),
            group=[len(lesson.hits) for lesson in taught],
            feature_name=list(names),
            free_raw_data=True,
        )
        return cls(lightgbm.train(_parameters(settings), table, settings.n_trees), names)

    @classmethod
    def from_text(cls, text: str) -> "LearnedRanker":
        """Read what `text` wrote.

        Raises:
            ModelError: it is not a forest.
        """
        import lightgbm

        try:
            booster = lightgbm.Booster(model_str=text)
        except lightgbm.basic.LightGBMError as error:
            raise ModelError(f"the learned ranker cannot be read ({error}): train it again") from error
        return cls(booster, booster.feature_name())

    def text(self) -> str:
        """The forest as text."""
        return str(self._booster.model_to_string())

    def score(self, facts: Vectors) -> Vectors:
        """Score candidates, [n_candidates]; higher is better.

        Args:
            facts: [n_candidates, n_facts], in the order of `names`; NaN where a fact is not known.
        """
        if not len(facts):
            return np.empty(0, dtype=np.float32)
        return np.asarray(self._booster.predict(facts, num_threads=1), dtype=np.float32)

    def gains(self) -> dict[str, float]:
        """How much each fact gained, as shares of all."""
        gained = self._booster.feature_importance("gain")
        total = float(gained.sum()) or 1.0
        return {name: float(gain) / total for name, gain in zip(self.names, gained, strict=True)}


def _parameters(settings: LearnedSettings) -> dict[str, object]:
    return {
        "objective": "lambdarank",
        "lambdarank_truncation_level": settings.truncation,
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.n_leaves,
        "min_data_in_leaf": settings.leaf_candidates,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
        "seed": settings.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": settings.threads,
        "verbose": -1,
    }
