"""Splitting a text into sentences, none of them cut in silence."""

import re

LONGEST = 60  # words of one sentence; a longer one is parted at a clause, or where it must be
_ABBREVIATIONS = """
mr mrs ms dr prof st sr jr vs etc e.g i.e cf ca approx no nos op opp vol feat ft bpm min sec hr arr orch cresc dim mvt
inst incl a.k.a u.s u.k p.m a.m
"""
_NEVER_LAST = frozenset(_ABBREVIATIONS.split())
_MAYBE_LAST = frozenset({"etc", "bpm", "min", "sec", "p.m", "a.m"})
_END = re.compile(r"\n+|(?:[.!?…]+[\"'”’)\]]*|;+)(?=\s|$)")
_CLAUSE = re.compile(r"(?<=[,:–—])\s+")


def split_sentences(text: str) -> list[str]:
    """Split a text at the ends of sentences, at semicolons and at line breaks.

    A full stop after an abbreviation, an initial or an enumerating number ends no sentence. A sentence of more than
    `LONGEST` words is parted at commas and colons, and where there are none after so many words. Joined by spaces the
    parts have all the words of the text; a text without words gives none.
    """
    pieces: list[str] = []
    begun = 0
    for end in _END.finditer(text):
        if not _is_end(text, end, text[begun : end.start()]):
            continue
        pieces.append(text[begun : end.end()])
        begun = end.end()
    pieces.append(text[begun:])
    spaced = (" ".join(piece.split()) for piece in pieces)
    return [part for piece in spaced if re.search(r"\w", piece) for part in _parted(piece)]


def _is_end(text: str, end: re.Match[str], before: str) -> bool:
    if not end.group().startswith(".") or end.group().startswith(".."):
        return True
    rest = text[end.end() :].lstrip()
    word = before.rsplit(None, 1)[-1].lstrip("\"'(“‘[") if before.split() else ""
    if word.lower() in _NEVER_LAST:
        return word.lower() in _MAYBE_LAST and _starts_sentence(rest)
    if re.fullmatch(r"[A-Za-z]", word) and word != "I":
        return False  # an initial
    return not (re.fullmatch(r"\d{1,3}", word) and before.split() == [word])  # "1. piano": the number of a list


def _starts_sentence(rest: str) -> bool:
    return not rest or rest[0].isupper()


def _parted(sentence: str) -> list[str]:
    if len(sentence.split()) <= LONGEST:
        return [sentence]
    parts: list[list[str]] = [[]]
    for clause in _CLAUSE.split(sentence):
        words = clause.split()
        if parts[-1] and len(parts[-1]) + len(words) > LONGEST:
            parts.append([])
        parts[-1] += words
    return [" ".join(part[at : at + LONGEST]) for part in parts for at in range(0, len(part), LONGEST)]
