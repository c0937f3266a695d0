"""Playlists over one generation: recognised, continued and explained."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from engine.config import ContinuationSettings
from engine.continuation.answer import Continuation
from engine.continuation.candidates import Arms, Candidates, Wish
from engine.continuation.choose import best_recordings, choose, devoted_to
from engine.continuation.explain import explain
from engine.continuation.inputs import Changes, Draft, PlaylistInput
from engine.continuation.reading import Reader
from engine.continuation.seeds import Recognised
from engine.query import MAX_K
from indexers.catalog.corpus import day_of
from indexers.errors import PlaylistError, QueryError
from indexers.generation import Generation
from indexers.schema import Rows, Seeds, Vectors
from rankers.fusion import Pool
from rankers.groups import Groups


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """The milliseconds that parts of an answer took."""

    parts_ms: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        started = time.perf_counter()
        yield
        self.parts_ms[name] = 1000 * (time.perf_counter() - started)

    def total_ms(self) -> float:
        """The time since it was started."""
        return 1000 * (time.perf_counter() - self.started)


class Continuer:
    """Continues playlists with the tracks of one generation. Keeps nothing of a request, so threads may share it."""

    def __init__(
        self,
        generation: Generation,
        groups: Groups,
        candidates: Candidates,
        reader: Reader,
        settings: ContinuationSettings,
    ) -> None:
        self._generation = generation
        self._groups = groups
        self._candidates = candidates
        self._reader = reader
        self._finder = reader.finder
        self._settings = settings

    def continue_playlist(self, playlist: PlaylistInput, k: int, changes: Changes) -> Continuation:
        """Continue a playlist with k recordings, or with all there are where those are fewer.

        Raises:
            QueryError: k is out of range, or a track is unknown.
            PlaylistError: the playlist cannot be read, or nothing of it says how to go on.
        """
        if not 1 <= k <= MAX_K:
            raise QueryError(f"k = {k} is out of range: ask for 1 to {MAX_K} tracks")
        watch = Stopwatch()
        with watch.part("seeds"):
            draft, found = self._reader.read(playlist, changes.name)
            refused = self._groups.members(self._finder.rows(changes.unlike))
            kept = self._finder.rows(changes.keep)
            found = self._finder.without(self._finder.joined(found, kept), refused)
            wish = self._wish(draft, found, refused, changes.name)
        pool = self._score(wish, draft, found, watch)
        with watch.part("list"):
            chosen = self._choose(pool, found, refused, k)
        with watch.part("reasons"):
            tracks = explain(self._generation, chosen, found)
        return Continuation(
            name=wish.name,
            seeds=found.seeds,
            unmatched=found.unmatched,
            tracks=tracks,
            generation=self._generation.number,
            learnt_from=self._candidates.learnt_from,
            latency_ms=watch.total_ms(),
            parts_ms=watch.parts_ms,
        )

    def _wish(self, draft: Draft, found: Recognised, refused: Rows, name: str) -> Wish:
        last = -self._settings.last_seeds
        day = day_of(draft.date) or date.today().toordinal()
        name = name.strip() or draft.name.strip()
        return Wish(
            rows=found.rows[last:],
            refused=refused,
            known=Seeds(found.known[last:], name, day, draft.source),
            known_refused=self._finder.tracks(refused).known,
            name=name,
        )

    def _score(self, wish: Wish, draft: Draft, found: Recognised, watch: Stopwatch) -> Pool:
        with watch.part("learnt"):
            heard = self._candidates.learnt(wish)
        arms: Arms = {}
        with watch.part("sound"):
            arms |= self._candidates.by_sound(wish)
        with watch.part("name"):
            arms |= self._candidates.by_name(wish)
        if not found.seeds:
            self._check_name(wish, draft, found, {**arms, **heard.arms})
        with watch.part("blend"):
            return self._candidates.blend(arms, heard)

    def _check_name(self, wish: Wish, draft: Draft, found: Recognised, arms: Mapping[str, Vectors]) -> None:
        """Refuse a playlist without seeds unless its name says something.

        A name that a person gave need only mean anything at all; one that is only the file's must reach the threshold
        of an answer to a search.
        """
        said = wish.name != draft.name or draft.named
        if said and any(scores.any() for scores in arms.values()):
            return
        own = (arm for arm in ("taggram", "words") if arm in arms)
        if any(self._candidates.sureness(arm, arms[arm]) >= 1 for arm in own):
            return
        if not found.unmatched:
            raise PlaylistError(f"{draft.called} holds no tracks and no name that says what it sounds like: add either")
        first, n = found.unmatched[0].written, len(found.unmatched)
        known = "the library or the playlists learnt from" if self._candidates.learnt_from else "the library"
        raise PlaylistError(
            f"none of the {n} tracks of {draft.called} is in {known} (such as {first!r}): "
            "scan the folder they are in, or give a name to go by"
        )

    def _choose(self, pool: Pool, found: Recognised, refused: Rows, k: int) -> Pool:
        same_name = self._finder.rows_named(found.known)
        excluded = np.unique(np.concatenate([found.rows, refused, same_name]))
        excluded = np.union1d(excluded, self._generation.gone)
        best = best_recordings(pool, excluded, self._groups, k)
        artists = self._generation.tracks["artist"].gather(best.rows).to_list()
        vectors = np.asarray(self._generation.track_vectors("music")[best.rows], dtype=np.float32)
        free = devoted_to([seed.artist for seed in found.seeds])
        return best.take(choose(best, artists, vectors, k, self._settings, free))
