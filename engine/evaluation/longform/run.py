"""`segue evaluate longform`: held-out tracks, what is asked about them, and what each way of scoring finds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from engine.evaluation.longform.arms import FUSED, MEAN, Pool, Read, Remembering, pool_of, read_texts, score_all
from engine.evaluation.longform.figures import WAYS, found_in, gained, ranks_in, strongest
from engine.evaluation.longform.texts import Asked, asked_about
from engine.evaluation.longform.when import located
from engine.evaluation.probes.intervals import resample
from indexers.base import TrackEncoder
from indexers.encoders.collap.listening import Track, hear_tracks
from indexers.encoders.collap.texts.sentences import split_sentences
from indexers.encoders.collap.training.learn import HEARD_IN
from indexers.encoders.collap.training.medleys import compose_pair, grouped
from indexers.errors import ConfigError, PairsError
from indexers.models.store import ModelStore
from indexers.pairs.checks import read_checked
from indexers.pairs.manifest import SPLITS, Pair

DRAWS = 2_000
SEED = 0
FEWEST = 2  # tracks to choose from
WINDOWS: tuple[int | None, ...] = (12, None)  # of a track: as in a library, and all of them


def _quietly(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class LongformPlan:
    """What is evaluated: which split of which manifest; `windows` of a track, None for all of them.

    `medleys` more tracks at most, composed of the split's clips, are asked about and chosen from as well.
    """

    manifest: Path
    split: str = "test"
    medleys: int = 0
    windows: tuple[int | None, ...] = WINDOWS
    workers: int = 1
    tell: Callable[[str], None] = _quietly


@dataclass(frozen=True, slots=True)
class Encoders:
    """What is evaluated, the towers that it was learnt over, and the weights of what these hear by."""

    long: TrackEncoder
    base: Remembering
    store: ModelStore


def evaluate_longform(plan: LongformPlan, encoders: Encoders) -> dict[str, Any]:
    """Ask held-out texts for their tracks and tracks for their texts; nothing is learnt or chosen here.

    Returns:
        JSON types: the pool, and for each number of windows and each kind of text the figures of every arm, what fused
        scores gain over mean pooling, and where in tracks texts about sections led.

    Raises:
        ConfigError: there is no such split.
        PairsError: the manifest cannot be used, or has fewer than two long tracks in the split.
        ModelError: weights are missing.
    """
    pairs, tracks = _heard(plan, encoders)
    asked = asked_about(pairs)
    plan.tell(f"reading {sum(len(each.texts) for each in asked):,} texts")
    texts = {text for each in asked for text in each.texts}
    every = {*texts, *(sentence for text in texts for sentence in split_sentences(text))}
    encoders.base.remember(every, plan.manifest.parent / HEARD_IN["long"])
    read = [read_texts(each.texts, encoders.long, encoders.base) for each in asked]
    tunes = np.array([pair.tune for pair in pairs])
    found = {}
    for windows in plan.windows:
        pool = pool_of(tracks, encoders.long, windows)
        answers = zip(asked, read, strict=True)
        found[str(windows or "all")] = {each.kind: _figures(each, own, pool, tunes) for each, own in answers}
    return {"pool": _about(pairs, tracks, plan.split), "draws": DRAWS, "windows": found}


def _heard(plan: LongformPlan, encoders: Encoders) -> tuple[list[Pair], list[Track]]:
    """The long pairs of one split, medleys of its clips after them, and their tracks."""
    if plan.split not in SPLITS:
        raise ConfigError(f"no split {plan.split!r}; there are {', '.join(SPLITS)}")
    held_out = [pair for pair in read_checked(plan.manifest) if pair.split == plan.split]
    longs, clips = ([pair for pair in held_out if pair.kind == kind] for kind in ("long", "clip"))
    rng = np.random.default_rng(SEED)
    chosen = grouped(clips, lambda clip: clip.tune, plan.medleys, rng)
    if len(longs) + len(chosen) < FEWEST:
        raise PairsError(
            f"{plan.manifest} has {len(longs)} long {plan.split} tracks, {FEWEST} is the least: make some with "
            "`segue train pairs --long`, or ask for --medleys"
        )

    def hear(kind: str, pairs: Sequence[Pair]) -> list[Track]:
        plan.tell(f"listening to {len(pairs)} {kind} tracks")
        folder = plan.manifest.parent / HEARD_IN[kind]
        return hear_tracks(pairs, folder, encoders.store, encoders.base, workers=plan.workers, progress=_nobody)

    tracks = hear("long", longs)
    used = [clip for own in chosen for clip in own]
    parts = iter(zip(used, hear("clip", used) if used else [], strict=True))
    medleys = [compose_pair(list(islice(parts, len(own))), rng) for own in chosen]
    return [*longs, *(pair for pair, _ in medleys)], [*tracks, *(track for _, track in medleys)]


def _nobody(_: int, __: int) -> None:
    """Tell nobody."""


def _about(pairs: Sequence[Pair], tracks: Sequence[Track], split: str) -> dict[str, Any]:
    words = [len(pair.text.split()) for pair in pairs]
    return {
        "split": split,
        "tracks": len(pairs),
        "tunes": len({pair.tune for pair in pairs}),
        "chance recall@10": round(min(1.0, 10 / len(pairs)), 4),
        "hours": round(sum(track.duration_s for track in tracks) / 3600, 2),
        "median words of a caption": float(np.median(words)),
    }


def _figures(asked: Asked, read: Read, pool: Pool, tunes: "np.typing.NDArray[np.str_]") -> dict[str, Any]:
    """All about one kind of text; ways back from tracks only where every track has such a text."""
    ways = WAYS if len(np.unique(asked.own)) == len(tunes) else WAYS[:1]
    draws = {
        WAYS[0]: resample(tunes[asked.own], DRAWS, np.random.default_rng(SEED)),
        WAYS[1]: resample(tunes, DRAWS, np.random.default_rng(SEED)),
    }
    found: dict[str, Any] = {"texts": len(asked.texts), "arms": {}}
    best = {}
    for arm, variants in score_all(pool, read).items():
        ranks = {name: ranks_in(scores, asked.own) for name, scores in variants.items()}
        chosen = strongest(ranks, ways)
        best[arm] = ranks[chosen]
        told = {way: found_in(ranks[chosen], way, draws[way]) for way in ways}
        found["arms"][arm] = {**told, **({"text": chosen} if chosen else {})}
    found["gain over mean pooling"] = {way: gained(best[FUSED], best[MEAN], way, draws[way]) for way in ways}
    if any(span_s is not None for span_s in asked.spans_s):
        found["when"] = located(asked, read, pool, draws[WAYS[0]], np.random.default_rng(SEED))
    return found
