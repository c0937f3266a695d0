"""Which sentences of a caption are about which section of a track, and how they read without their times."""

import re
from collections.abc import Sequence

import numpy as np

from indexers.schema import Bools

_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"
_RANGE = re.compile(rf"({_CLOCK})\s*(?:to|until|till|-|–|—)\s*({_CLOCK})")
_NUMBER = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|final|opening|closing"
_PLACED = re.compile(
    rf"(?:\b(?:in|during|of) )?\bthe (?:{_NUMBER}) (?:section|part|half|movement)\b(?: runs| lasts| goes)?[,:]?\s*"
    rf"|\b(?:from|between|at|until|by|around|about)?\s*{_CLOCK}(?:\s*(?:to|and|until|till|-|–|—)\s*{_CLOCK})?[,:]?\s*",
    re.IGNORECASE,
)
SLACK_S = 1.0  # clocks in texts are rounded to seconds


def seconds_of(clock: str) -> float:
    """A clock such as "1:05" or "1:02:05" in seconds."""
    total = 0.0
    for part in clock.split(":"):
        total = 60.0 * total + float(part)
    return total


def sections_told(sentences: Sequence[str], spans_s: Sequence[tuple[float, float]]) -> Bools:
    """Tell which sentences are about which section, [n_sentences, n_sections].

    A sentence with the times of a section, told in the order of the sections, heads it; those up to the next heading
    are about it too. After the last heading they may be about all of the track, and belong to none. Sections that no
    sentence has the times of have none.
    """
    heads: list[tuple[int, int]] = []
    for place, sentence in enumerate(sentences):
        found = _RANGE.search(sentence)
        after = heads[-1][1] + 1 if heads else 0
        if found is None or after >= len(spans_s):
            continue
        start_s, end_s = seconds_of(found[1]), seconds_of(found[2])
        same = (at for at in range(after, len(spans_s)) if _same(spans_s[at], start_s, end_s))
        if (section := next(same, None)) is not None:
            heads.append((place, section))
    told = np.zeros((len(sentences), len(spans_s)), dtype=np.bool_)
    for (place, section), following in zip(heads, [*heads[1:], None], strict=False):
        told[place : following[0] if following else place + 1, section] = True
    return told


def _same(span_s: tuple[float, float], start_s: float, end_s: float) -> bool:
    return abs(span_s[0] - start_s) <= SLACK_S and abs(span_s[1] - end_s) <= SLACK_S


def untimed(sentence: str) -> str:
    """A sentence without its clocks and without the numbers of sections; empty where nothing else was said."""
    bare = " ".join(_PLACED.sub("", sentence).split()).strip(" ,:;")
    return bare if re.search(r"[^\W\d_]{2}", bare) else ""
