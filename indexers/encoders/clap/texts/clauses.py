"""What a text says of order: its clauses, each with its place in time, read off English time words.

Sentence vectors hardly tell "rain, then a dog" from "a dog, then rain"; clauses with places do, whatever they tell of.
"""

import re
from dataclasses import dataclass

LATER = (
    r"(?:(?:and|but) )?(?:then|afterwards|after that|later(?: on)?|next|finally|subsequently)|(?:is |are )?followed by|"
    r"before|until|(?:and )?(?:ends?|ending|finishes|finishing) with|(?:and )?(?:turns?|turning) into|"
    r"giv(?:es|ing) way to"
)
EARLIER = r"after|(?:is |are )?preceded by|following|once"
TOGETHER = r"while|whilst|during|at the same time as"
PAUSE = r"after (?:about |around )?(?:\w+|\d+(?:\.\d+)?) seconds?(?: in)?"
TURNED = {"after": 1, "following": 1, "once": 1, "before": -1}  # at the head of a sentence: its second clause is meant
_BETWEEN = re.compile(
    rf"[,;]?\s*\b(?:(?P<pause>{PAUSE})|(?P<later>{LATER})|(?P<earlier>{EARLIER})|(?P<together>{TOGETHER}))\b[,:]?\s*",
    re.IGNORECASE,
)
_TURNED = re.compile(rf"(?!{PAUSE}\b)(?P<word>{'|'.join(TURNED)})\b\s*(?P<one>[^,]+),\s*(?P<two>.+)", re.IGNORECASE)
_FIRST = re.compile(
    r"(?:(?:at )?first,?|to begin with,?|(?:it |this )?(?:starts?|starting|begins?|beginning) with)\s+", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_STEP = {"pause": 1, "later": 1, "earlier": -1, "together": 0}


@dataclass(frozen=True, slots=True)
class Clause:
    """Some words of a text, and where they lie between its first moment, -1, and its last, 1."""

    words: str
    place: float


def clauses_of(text: str) -> tuple[Clause, ...]:
    """Take a text apart at its time words; () where it tells of no order.

    Sentences without a time word have no place, but for the one that a later sentence begins after.
    """
    placed: list[tuple[str, int]] = []
    before = ""
    for sentence in _SENTENCE.split(text.strip()):
        parts = _parts(sentence.strip(" .!?;"))
        if parts[0][1] != 0 and not placed and before:
            placed.append((before, 0))  # "A cello plays. Then a flute joins in."
        if len(parts) > 1 or parts[0][1] != 0 or _FIRST.match(sentence):
            at = placed[-1][1] if placed else 0
            for words, step in parts:
                at += step
                placed.append((words, at))
        before = _bare(sentence)
    return _spread([(words, at) for words, at in placed if words])


def _parts(sentence: str) -> list[tuple[str, int]]:
    """The clauses of one sentence and how many moments each lies after the one before it."""
    if turned := _TURNED.match(sentence):
        rest = _parts(turned["two"])
        return [(_bare(turned["one"]), 0), (rest[0][0], TURNED[turned["word"].lower()]), *rest[1:]]
    found = list(_BETWEEN.finditer(sentence))
    starts = [0, *(match.end() for match in found)]
    ends = [*(match.start() for match in found), len(sentence)]
    steps = [0, *(_STEP[str(match.lastgroup)] for match in found)]
    parts = [(_bare(sentence[start:end]), step) for start, end, step in zip(starts, ends, steps, strict=True)]
    if len(parts) > 1 and not parts[0][0]:  # the sentence begins with a time word
        parts = parts[1:]
    return parts


def _bare(words: str) -> str:
    return _FIRST.sub("", words.strip(" ,.;:!?"), count=1).strip(" ,")


def _spread(placed: list[tuple[str, int]]) -> tuple[Clause, ...]:
    """Moments as places from -1 to 1, evenly spaced; nothing where all is one moment."""
    moments = sorted({at for _, at in placed})
    if len(moments) < 2:
        return ()
    place_of = {at: 2.0 * number / (len(moments) - 1) - 1.0 for number, at in enumerate(moments)}
    return tuple(Clause(words, place_of[at]) for words, at in placed)
