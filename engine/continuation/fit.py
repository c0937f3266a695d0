"""Learning to continue playlists: recommenders, the blend of their scores, and the ranker of the second stage."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from engine.continuation.held_out import SCENARIOS, HeldOut, Scenario, hold_out
from indexers.base import PlaylistEncoder, Recommender, TextEncoder
from indexers.catalog.corpus import MIN_PLAYLISTS, Corpus, Vocabulary, build_corpus, build_vocabulary
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.splits import split_newest
from indexers.encoders.playlist.item2vec import learn_track_vectors
from indexers.encoders.playlist.settings import Item2VecSettings
from indexers.encoders.playlist.sif import fit_sif
from indexers.errors import InputError
from rankers.blend import Blend, Question, fit_weights
from rankers.facts import Facts
from rankers.learned import LearnedRanker, LearnedSettings, Lesson
from rankers.recommend.als import Als, AlsSettings
from rankers.recommend.item_knn import ItemKnn, ItemKnnSettings
from rankers.recommend.item_vectors import ItemVectors
from rankers.recommend.names import LIKE_NAMES, Names
from rankers.recommend.playlist_neighbours import NeighbourSettings, PlaylistNeighbours
from rankers.recommend.popularity import Popularity
from rankers.recommend.session_knn import SessionKnn, SessionKnnSettings
from rankers.suite import Scored, Suite, fact_names, fact_table, pool_of, score_all

LOG = logging.getLogger(__name__)
FEWEST = 20  # playlists to learn from
FEWEST_QUESTIONS = 30  # held-out playlists that weights are fitted to; 100 for the second stage
FEWEST_LESSONS = 100
NAMELESS = 3  # of so many held-out playlists one teaches the second stage without its name: a listener's may have none
LESSON_CANDIDATES = 400  # of a pool, its best, that the second stage learns from
NAMES_RECENT = NeighbourSettings(n_neighbours=1_000, power=30.0, half_life_days=20.0, floor=0.0)
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FitSettings:
    """The settings of every arm and of the second stage; chosen on the newest tenth of training playlists."""

    held_out: float = 0.2  # of the playlists, for blend and second stage: a tenth holds too few lists of a source
    popularity_half_life_days: float = 30.0
    cosine: ItemKnnSettings = field(default_factory=ItemKnnSettings)
    bm25: ItemKnnSettings = field(default_factory=lambda: ItemKnnSettings(bm25_k1=1.2, bm25_b=0.2))
    als: AlsSettings = field(default_factory=AlsSettings)
    session: SessionKnnSettings = field(default_factory=lambda: SessionKnnSettings(half_life_days=30.0))
    item2vec: Item2VecSettings = field(
        default_factory=lambda: Item2VecSettings(window=10, negative=5, ns_exponent=0.0, sample=1e-4)
    )
    neighbours: NeighbourSettings = field(default_factory=NeighbourSettings)
    names: NeighbourSettings = LIKE_NAMES
    names_recent: NeighbourSettings = NAMES_RECENT
    ranker: LearnedSettings = field(default_factory=LearnedSettings)


@dataclass(frozen=True, slots=True)
class Tools:
    """What fitting may use beside the playlists: a text encoder for names, and who is told what is going on."""

    text: TextEncoder | None = None
    told: Told = LOG.info


@dataclass(frozen=True, slots=True)
class Fitted:
    """A suite and the playlists that it was learnt from."""

    suite: Suite
    corpus: Corpus

    @property
    def vocabulary(self) -> Vocabulary:
        """The tracks it knows."""
        return self.corpus.vocabulary


def fit_suite(
    playlists: Sequence[Playlist],
    settings: FitSettings,
    tools: Tools,
    *,
    always: Sequence[Entry] = (),
) -> Fitted:
    """Learn from playlists all that is needed to continue others.

    The newest are held out first: arms fitted to the rest answer it, and their answers fit the blend's weights and
    the second stage. Then all arms are fitted again, to all playlists. Where too few playlists can be held out, all
    weights are 1 and there is no second stage.

    Args:
        playlists: What to learn from.
        settings: Of arms and ranker.
        tools: See there.
        always: Tracks that are known even where fewer than two playlists hold them.

    Raises:
        InputError: fewer than twenty playlists, or none that shares a track with another.
    """
    if len(playlists) < FEWEST:
        raise InputError(f"{len(playlists)} playlists are too few to learn from, {FEWEST} is the least: add some")
    split = split_newest(playlists, settings.held_out)
    inner = corpus_of(split.train, always)
    if not len(inner.vocabulary):
        raise InputError(f"no track is in {MIN_PLAYLISTS} of {len(playlists)} playlists: add playlists that share some")
    tools.told(f"learning from {len(inner.lists):,} playlists, {len(split.test):,} held out to tune")
    arms, facts = fit_arms(inner, settings, tools)
    blend, ranker = fit_stages(arms, facts, questions_of(split.test, inner.vocabulary), settings, tools)
    tools.told(f"learning from all {len(playlists):,} playlists")
    corpus = corpus_of(playlists, always)
    arms, facts = fit_arms(corpus, settings, tools)
    return Fitted(Suite(arms, facts, blend, ranker), corpus)


def corpus_of(playlists: Sequence[Playlist], always: Sequence[Entry] = ()) -> Corpus:
    """Playlists over the vocabulary of what two of them hold."""
    return build_corpus(playlists, build_vocabulary(playlists, always=always))


def questions_of(
    playlists: Sequence[Playlist], vocabulary: Vocabulary, scenarios: Sequence[Scenario] = SCENARIOS
) -> dict[Scenario, list[HeldOut]]:
    """Held-out playlists as questions, by scenario."""
    row_of = vocabulary.row_of()
    return {scenario: hold_out(playlists, row_of, scenario) for scenario in scenarios}


def fit_arms(corpus: Corpus, settings: FitSettings, tools: Tools) -> tuple[tuple[Recommender, ...], Facts]:
    """Fit every arm to one corpus."""
    matrix = corpus.matrix
    tools.told("track vectors")
    item2vec = ItemVectors.fit(learn_track_vectors(corpus, settings.item2vec))
    tools.told("neighbours of tracks and playlists")
    cosine = ItemKnn.fit(matrix, "cosine", settings.cosine)
    sif: PlaylistEncoder = fit_sif(corpus, item2vec.vectors)
    arms: list[Recommender] = [
        Popularity.fit(corpus, settings.popularity_half_life_days),
        cosine,
        ItemKnn.fit(matrix, "bm25", settings.bm25),
        SessionKnn.fit(corpus, settings.session),
        item2vec,
        PlaylistNeighbours.fit(corpus, sif, settings.neighbours),
    ]
    if tools.text is not None:
        names = Names.fit(corpus, tools.text, settings.names)
        arms += [names, names.with_settings(settings.names_recent, "names_recent")]
    tools.told("matrix factorisation")
    arms.append(Als.fit(matrix, settings.als))
    return tuple(arms), Facts.fit(corpus, item2vec, cosine)


def fit_stages(
    arms: Sequence[Recommender],
    facts: Facts,
    asked: dict[Scenario, list[HeldOut]],
    settings: FitSettings,
    tools: Tools,
) -> tuple[Blend, LearnedRanker | None]:
    """Fit the blend's weights and the second stage to held-out playlists."""
    names = tuple(arm.name for arm in arms)
    weights: dict[int, tuple[float, ...]] = {}
    lessons: list[Lesson] = []
    for scenario, questions in asked.items():
        if scenario.at_random or len(questions) < FEWEST_QUESTIONS:
            continue
        tools.told(f"weights for {scenario.name} ({len(questions)} held-out playlists)")
        answered = [_answer(arms, question) for question in questions]
        weights[scenario.n_seeds] = fit_weights([one.question() for one in answered], len(arms))
        fitted = Blend(names, {scenario.n_seeds: weights[scenario.n_seeds]})
        lessons += [one.lesson(facts, fitted) for one in _some_nameless(arms, answered)]
    if not weights:
        return Blend(names, {0: (1.0,) * len(arms)}), None
    blend = Blend(names, weights)
    if len(lessons) < FEWEST_LESSONS:
        return blend, None
    tools.told(f"the second stage ({sum(len(lesson.hits) for lesson in lessons):,} candidates)")
    return blend, LearnedRanker.fit(lessons, fact_names(names), settings.ranker)


@dataclass(frozen=True, slots=True)
class _Answered:
    """One question and what the arms say of a pool of candidates."""

    asked: HeldOut
    pool: Scored

    def question(self) -> Question:
        return Question(self.pool.standard, self._hits(self.pool), len(self.asked.relevant))

    def lesson(self, facts: Facts, blend: Blend) -> Lesson:
        """The facts of the best candidates, as the second stage will see them."""
        seeds = self.asked.seeds
        blended = np.asarray(blend.weights_for(len(seeds.rows)) @ self.pool.standard, dtype=np.float32)
        order = np.argsort(-blended, kind="stable")[:LESSON_CANDIDATES]
        pool = self.pool.take(order)
        return Lesson(fact_table(blend.arms, facts, seeds, pool, blended[order]), self._hits(pool))

    def _hits(self, pool: Scored) -> npt.NDArray[np.bool_]:
        return np.isin(pool.rows, self.asked.relevant)


def _some_nameless(arms: Sequence[Recommender], answered: "Sequence[_Answered]") -> "Iterator[_Answered]":
    """The same, every `NAMELESS`th asked again without its name; where the name is all there is, it stays."""
    for number, one in enumerate(answered):
        seeds = one.asked.seeds
        nameless = number % NAMELESS == 0 and len(seeds.rows)
        yield _answer(arms, replace(one.asked, seeds=replace(seeds, name=""))) if nameless else one


def _answer(arms: Sequence[Recommender], asked: HeldOut) -> _Answered:
    scored = score_all(arms, asked.seeds)
    even = np.asarray(scored.standard.mean(axis=0), dtype=np.float32)
    return _Answered(asked, scored.take(pool_of(even, scored.raw, asked.seeds.rows)))
