"""One clip or long track, from its score to its audio and texts: what a worker does."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from indexers.errors import MediaError
from indexers.pairs.playing.clip import perform_clip
from indexers.pairs.playing.long_form import perform_long
from indexers.pairs.render import TAIL_S, render
from indexers.pairs.telling.exact import exact_caption
from indexers.pairs.telling.facts import read_facts
from indexers.pairs.telling.rewrites import rewrites
from indexers.pairs.telling.story import long_caption, read_story, summaries
from indexers.scores.notes import Score
from indexers.scores.places import Place, read_place, style_of

AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Unit:
    """One performance to be: of which score, a clip or a long one, and the how manieth."""

    place: Place
    kind: str
    number: int

    @property
    def name(self) -> str:
        """A name that no other unit has; with the seed it decides everything."""
        return f"{self.kind}/{self.place.name}/{self.number}"


@dataclass(frozen=True, slots=True)
class Job:
    """Units of one score, for one worker."""

    units: tuple[Unit, ...]
    folder: Path
    seed: int


def make_units(job: Job) -> list[dict[str, Any]]:
    """Make the units of one score: for each its pair as plain values, or the reason why there is none.

    Raises:
        ModelError: the soundfont is not installed.
        StorageError: the disk refused.
    """
    return [_made(unit, job) for unit in job.units]


def _made(unit: Unit, job: Job) -> dict[str, Any]:
    rng = np.random.default_rng([job.seed, *unit.name.encode()])
    try:
        score = _score(unit.place)
        make = _clip if unit.kind == "clip" else _long
        return {"name": unit.name, **make(unit, score, job.folder, rng)}
    except MediaError as error:
        return {"name": unit.name, "reason": str(error)}


def _clip(unit: Unit, score: Score, folder: Path, rng: np.random.Generator) -> dict[str, Any]:
    played = perform_clip(score, style_of(unit.place, score.title), rng)
    facts = read_facts(played)
    path = render(played, folder / AUDIO)
    said = {"text": exact_caption(facts, rng), "rewrites": list(rewrites(facts, rng)), "facts": facts.as_json()}
    return {"audio": path.relative_to(folder).as_posix(), "end_s": played.length_s, **said}


def _long(unit: Unit, score: Score, folder: Path, rng: np.random.Generator) -> dict[str, Any]:
    played = perform_long(score, style_of(unit.place, score.title), rng)
    story = read_story(played)
    path = render(played, folder / AUDIO, tail_s=TAIL_S)
    facts = {"whole": story.whole.as_json(), "sections": [section.as_json() for section in story.sections]}
    said = {"text": long_caption(story, rng), "rewrites": list(summaries(story, rng)), "facts": facts}
    return {"audio": path.relative_to(folder).as_posix(), "end_s": played.length_s, **said}


@lru_cache(maxsize=1)
def _score(place: Place) -> Score:
    return read_place(place)
