"""Making pairs of real audio: recordings to takes, takes to facts, facts to wordings, and a filter over those."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from indexers.encoders.taggram import TagNorm
from indexers.models.store import ModelStore
from indexers.pairs.collect import Progress
from indexers.pairs.manifest import CLIP, LONG, Pair
from indexers.pairs.real.hearing.heard import Sounding, joined, sure
from indexers.pairs.real.labels import Vocabulary
from indexers.pairs.real.measuring.structure import sections_of
from indexers.pairs.real.ontology import read_ontology
from indexers.pairs.real.recordings import find_recordings
from indexers.pairs.real.sift import QUANTILE, Scorer, fitting
from indexers.pairs.real.sources import Collection
from indexers.pairs.real.takes import Take, take_all, usual
from indexers.pairs.real.telling.clips import wordings
from indexers.pairs.real.telling.facts import Facts, facts_of
from indexers.pairs.real.telling.stories import Section, Track, is_told_alike, track_wordings
from indexers.schema import Vectors

VOCABULARY = "tokenizer.json"
FEWEST_CLIPS = 4  # of a whole track, to tell where it changes


@dataclass(frozen=True, slots=True)
class AudioOrder:
    """What is asked for: which audio, with which descriptions of sounds, and how strictly captions are filtered.

    `scorer` scores texts against sounds; `quantile` is that of `fitting`.
    """

    collections: tuple[Collection, ...]
    store: ModelStore
    scorer: Scorer
    ontology: Path | None = None
    quantile: float = QUANTILE
    seed: int = 0
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Draft:
    """A pair to be, with its facts and what was heard in it."""

    take: Take
    facts: Facts
    sounding: Sounding
    pair: Pair


def tell_audio(order: AudioOrder, folder: Path, tell: Progress) -> tuple[list[Pair], list[str]]:
    """Make pairs of real audio: a maker for `collect_pairs`.

    Source: the steps of J. Bai et al., "AudioSetCaps" (2024): facts, wordings, and a filter by a joint score.

    Raises:
        PairsError: a path does not exist, there is no audio, or files have no fold.
        ModelError: weights are missing.
        StorageError: the disk refused.
    """
    described = read_ontology(order.ontology) if order.ontology else {}
    vocabulary = Vocabulary(order.store.path("text") / VOCABULARY, [*described, *described.values()])
    recordings, told = find_recordings(order.collections, vocabulary)
    notes = list(told)
    takes, refused = take_all(recordings, folder, order.store, order.workers, tell)
    norm = usual(takes)
    clips = [draft for take in takes for draft in _clips(take, norm, described, order.seed)]
    longs = [draft for take in takes for draft in _longs(take, norm, order.seed)]
    kept: list[Pair] = []
    for kind, drafts in (("clip", clips), ("long", longs)):
        fitting_ones, dropped = _sifted(kind, drafts, norm, order)
        kept += [draft.pair for draft in fitting_ones]
        notes += dropped
    n_silent = sum(len(take.spans) for take in takes) - len(clips)
    silent = [f"nothing sure to tell of {n_silent} clips"] if n_silent else []
    return kept, [*notes, *refused, *silent]


def _clips(take: Take, norm: TagNorm, described: Mapping[str, str], seed: int) -> list[Draft]:
    drafts = []
    stretches = zip(take.recording.clips, take.spans, take.clips, take.soundings, strict=True)
    for stretch, span, measured, sounding in stretches:
        facts = facts_of(take.recording, stretch, sure(sounding.pooled, norm), measured)
        if facts.is_empty:
            continue
        said = wordings(facts, np.random.default_rng([seed, *span.key.encode()]), described)
        drafts.append(Draft(take, facts, sounding, _pair(take, stretch, said, CLIP, facts.as_json())))
    return drafts


def _longs(take: Take, norm: TagNorm, seed: int) -> list[Draft]:
    """The whole track as one pair, if it is long enough and music."""
    recording = take.recording
    if not recording.is_long or len(take.spans) < FEWEST_CLIPS:
        return []
    sounding = joined(take.soundings)
    whole = (0.0, round(recording.duration_s, 3))
    facts = facts_of(recording, whole, sure(sounding.pooled, norm), take.whole)
    if facts.is_empty or not facts.is_music:
        return []
    track = Track(facts, _sections(take, sounding, norm))
    said = track_wordings(track, np.random.default_rng([seed, *take.digest.encode()]))
    return [Draft(take, facts, sounding, _pair(take, whole, said, LONG, track.as_json()))]


def _sections(take: Take, sounding: Sounding, norm: TagNorm) -> tuple[Section, ...]:
    found: list[Section] = []
    for start_s, end_s in sections_of(sounding.vectors, sounding.times_s, take.recording.duration_s):
        heard = sure(_between(sounding, start_s, end_s), norm)
        now = Section(start_s, end_s, heard, _level_db(take, start_s, end_s))
        if found and is_told_alike(found[-1], now):
            found[-1] = replace(found[-1], end_s=end_s)
        else:
            found.append(now)
    return tuple(found)


def _between(sounding: Sounding, start_s: float, end_s: float) -> Vectors:
    """The evidence of the windows between two moments, [n_classes]; there is at least one."""
    inside = (sounding.times_s >= start_s) & (sounding.times_s < end_s)
    return np.asarray(sounding.evidence[inside].mean(axis=0), dtype=np.float32)


def _level_db(take: Take, start_s: float, end_s: float) -> float:
    """The mean level of the clips whose middles lie between two moments, or of the nearest clip."""
    middle = (start_s + end_s) / 2
    clips = sorted(zip(take.recording.clips, take.clips, strict=True), key=lambda row: abs(sum(row[0]) / 2 - middle))
    inside = [clip.level_db for span, clip in clips if start_s <= sum(span) / 2 < end_s]
    return float(np.mean(inside or [clips[0][1].level_db]))


def _pair(
    take: Take, stretch: tuple[float, float], said: tuple[str, tuple[str, ...]], kind: str, facts: dict[str, Any]
) -> Pair:
    one = take.recording
    source, licence = one.collection.name, one.collection.licence
    return Pair(one.path, said[0], one.split, *stretch, said[1], source, licence, one.tune, kind, facts)


def _sifted(kind: str, drafts: Sequence[Draft], norm: TagNorm, order: AudioOrder) -> tuple[list[Draft], list[str]]:
    """Drop the drafts whose caption does not fit, and say how many of each source."""
    if not drafts or order.quantile <= 0:
        return list(drafts), []
    scores = order.scorer([draft.pair.text for draft in drafts], [draft.sounding for draft in drafts], norm)
    fits = fitting(scores, range(len(drafts)), order.quantile)
    kept = [draft for draft, fit in zip(drafts, fits, strict=True) if fit]
    all_of, kept_of = (Counter(draft.pair.source for draft in some) for some in (drafts, kept))
    return kept, [
        f"filter: {all_of[source] - kept_of[source]} of {all_of[source]} {kind} captions of {source} dropped"
        for source in all_of
    ]
