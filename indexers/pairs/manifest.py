"""Pairs of audio and text, and the manifest that keeps them: JSON lines that anyone can write by hand."""

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexers.errors import PairsError
from indexers.files import write_text

SPLITS = ("train", "validation", "test")
CLIP, LONG, TEXT = "clip", "long", "text"
KINDS = (CLIP, LONG, TEXT)
NO_AUDIO = Path()  # of texts alone
SPANNED = ("audio", "start_s", "end_s")  # what a pair of texts alone has not
SHOWN = 60  # characters of a bad value in a message


@dataclass(frozen=True, slots=True)
class Pair:
    """A stretch of audio and a text that is true of it, or, of the kind "text", a text and its rewrites alone.

    `audio` is `NO_AUDIO` for texts alone, and only there. `end_s` is None for the end of the file; `rewrites` are other
    wordings of the same facts; `tune` is what must not be on two sides of the split; `facts` is what the text tells, as
    plain values.
    """

    audio: Path
    text: str
    split: str
    start_s: float = 0.0
    end_s: float | None = None
    rewrites: tuple[str, ...] = ()
    source: str = ""
    licence: str = ""
    tune: str = ""
    kind: str = CLIP
    facts: Mapping[str, Any] = field(default_factory=dict)


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """Read a manifest: one JSON object a line, with `text` and `split` at least, and `audio` unless its kind is "text".

    Audio paths may be relative to the manifest. A pair without a tune has its audio file, or its text, for one. Whether
    the audio exists and the split leaks is for `indexers.pairs.checks`.

    Raises:
        PairsError: the file cannot be read or holds no pair, or a line is none.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # other line breaks may be in a text
    except (OSError, UnicodeDecodeError) as error:
        raise PairsError(f"manifest {path} cannot be read ({error}): give a file of JSON lines in UTF-8") from error
    pairs = tuple(_pair(line, path, number) for number, line in enumerate(lines, start=1) if line.strip())
    if not pairs:
        raise PairsError(f"manifest {path} holds no pair: write one JSON object a line")
    return pairs


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Replace a manifest in one step; audio paths are written relative to it.

    Raises:
        StorageError: the disk refused.
    """
    lines = (json.dumps(as_json(pair, path.parent), ensure_ascii=False, allow_nan=False) for pair in pairs)
    write_text(path, "".join(f"{line}\n" for line in lines))


def as_json(pair: Pair, folder: Path) -> dict[str, Any]:
    """A pair as plain values, without those that have their default; the audio's path is relative to a folder."""
    values = {name: getattr(pair, name) for name in Pair.__slots__ if name != "audio"}
    kept = {name: value for name, value in values.items() if value not in ("", 0.0, None, (), {})}
    kept |= {"rewrites": list(pair.rewrites), "facts": dict(pair.facts)}
    if pair.kind == TEXT:
        return kept
    return {"audio": Path(os.path.relpath(pair.audio.absolute(), folder.absolute())).as_posix(), **kept}


def _pair(line: str, path: Path, number: int) -> Pair:
    where = f"manifest {path}, line {number}"
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise PairsError(f"{where} is not JSON ({error}): write one object a line") from error
    if not isinstance(row, dict):
        raise PairsError(f"{where} is no object: write one with audio, text and split")
    if unknown := sorted(set(row) - set(Pair.__slots__)):
        raise PairsError(f"{where} has the unknown key {unknown[0]!r}; there are {', '.join(Pair.__slots__)}")
    kind = _choice(row, "kind", KINDS, where)
    _check_keys(row, kind, where)
    start_s, end_s = _span(row, where)
    audio = NO_AUDIO if kind == TEXT else Path(os.path.normpath(path.absolute().parent / _text(row, "audio", where)))
    text = _words(_text(row, "text", where), where)
    return Pair(
        audio,
        text,
        _choice(row, "split", SPLITS, where),
        start_s,
        end_s,
        _rewrites(row.get("rewrites") or [], where),
        _optional(row, "source", where),
        _optional(row, "licence", where),
        _optional(row, "tune", where) or (text if kind == TEXT else str(audio)),
        kind,
        _facts(row.get("facts"), where),
    )


def _check_keys(row: Mapping[str, Any], kind: str, where: str) -> None:
    needed = ("text", "split") if kind == TEXT else ("audio", "text", "split")
    if missing := [name for name in needed if name not in row]:
        raise PairsError(f"{where} has no {missing[0]!r}: every pair needs {', '.join(needed[:-1])} and {needed[-1]}")
    if kind == TEXT and (there := [name for name in SPANNED if name in row]):
        raise PairsError(f"{where} is of texts alone and has {there[0]!r}: leave it out, or give kind {CLIP!r}")


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row[name]
    if not isinstance(value, str) or not value.strip():
        raise PairsError(f"{where}: {name} is {_short(value)}; give words")
    return value.strip()


def _optional(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise PairsError(f"{where}: {name} is {_short(value)}; give words or leave it out")
    return (value or "").strip()


def is_latin(text: str) -> bool:
    """Whether a text may be English: most of its letters are Latin."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(ord(letter) < 0x250 for letter in letters)  # up to the end of Latin Extended-B
    return bool(letters) and 2 * latin >= len(letters)


def _words(text: str, where: str) -> str:
    if not is_latin(text):
        raise PairsError(f"{where}: {_short(text)} is not in Latin letters; texts must be English: translate it")
    return text


def _rewrites(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise PairsError(f"{where}: rewrites is {_short(value)}; give a list of texts or leave it out")
    return tuple(_words(text.strip(), where) for text in value)


def _choice(row: Mapping[str, Any], name: str, choices: Sequence[str], where: str) -> str:
    value = row.get(name, choices[0])
    if value not in choices:
        raise PairsError(f"{where}: {name} is {_short(value)}; there are {', '.join(choices)}")
    return str(value)


def _span(row: Mapping[str, Any], where: str) -> tuple[float, float | None]:
    start_s = _seconds(row.get("start_s", 0.0), "start_s", where)
    if row.get("end_s") is None:
        return start_s, None
    end_s = _seconds(row["end_s"], "end_s", where)
    if start_s >= end_s:
        raise PairsError(f"{where}: start_s {start_s:g} is not before end_s {end_s:g}: give seconds, or leave them out")
    return start_s, end_s


def _seconds(value: Any, name: str, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise PairsError(f"{where}: {name} is {_short(value)}; give seconds from the start of the file, 0 or more")
    return float(value)


def _facts(value: Any, where: str) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise PairsError(f"{where}: facts is {_short(value)}; give an object or leave it out")
    return value or {}


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
