"""The second stage: boosted trees that order the candidates by what held-out playlists taught."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from indexers.errors import InputError, ModelError, ShapeError
from indexers.schema import Vectors
from rankers.blend import standardised

if TYPE_CHECKING:
    from lightgbm import Booster

OBJECTIVES = ("lambdarank", "rank_xendcg")  # a forest each: they err in different places


@dataclass(frozen=True, slots=True)
class LearnedSettings:
    """The size of each forest and how it is held back."""

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
    """Scores candidates from their facts, by one forest per objective.

    Source: Burges 2010, "From RankNet to LambdaRank to LambdaMART"; Bruch 2021, "An alternative cross entropy loss for
    learning-to-rank" (rank_xendcg); Ke et al. 2017, "LightGBM".
    """

    def __init__(self, forests: "Mapping[str, Booster]", names: Sequence[str]) -> None:
        """Take the fitted forests by objective, and the names of the facts they look at, in order."""
        self._forests = dict(forests)
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
        forests = {
            objective: lightgbm.train(_parameters(settings, objective), table, settings.n_trees)
            for objective in OBJECTIVES
        }
        return cls(forests, names)

    @classmethod
    def from_texts(cls, texts: Mapping[str, str], names: Sequence[str]) -> "LearnedRanker":
        """Read what `texts` wrote.

        Args:
            texts: Objective to forest.
            names: Of the facts that candidates will be told by.

        Raises:
            ModelError: one is not a forest, or looks at other facts: it is from another version.
        """
        import lightgbm

        try:
            forests = {objective: lightgbm.Booster(model_str=text) for objective, text in texts.items()}
        except lightgbm.basic.LightGBMError as error:
            raise ModelError(f"the learned ranker cannot be read ({error}): train it again") from error
        if any(tuple(forest.feature_name()) != tuple(names) for forest in forests.values()):
            raise ModelError("the learned ranker looks at other facts than this version of Segue: train it again")
        return cls(forests, names)

    def texts(self) -> dict[str, str]:
        """The forests as text, by objective."""
        return {objective: str(forest.model_to_string()) for objective, forest in self._forests.items()}

    def score(self, facts: Vectors) -> Vectors:
        """Score candidates by the mean of what the forests say, each standardised, [n_candidates]; higher is better.

        Args:
            facts: [n_candidates, n_facts], in the order of `names`; NaN where a fact is not known.
        """
        if not len(facts):
            return np.empty(0, dtype=np.float32)
        said = [forest.predict(facts, num_threads=1) for forest in self._forests.values()]
        return np.asarray(np.mean([standardised(np.asarray(one, dtype=np.float32)) for one in said], axis=0))

    def gains(self) -> dict[str, float]:
        """How much each fact gained, as shares of all, the mean over the forests."""
        gained = np.array([forest.feature_importance("gain") for forest in self._forests.values()], dtype=np.float64)
        shares = (gained / np.maximum(gained.sum(axis=1, keepdims=True), 1e-12)).mean(axis=0)
        return dict(zip(self.names, shares.tolist(), strict=True))


def _parameters(settings: LearnedSettings, objective: str) -> dict[str, object]:
    return {
        "objective": objective,
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
