"""What a file says about itself: its tags, or failing them its name."""

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

YEAR = re.compile(r"(?<!\d)([12]\d{3})(?!\d)")
ENTITY = re.compile(r"&(?:amp|quot|apos|lt|gt|nbsp|#\d{1,5});")
COMPACT_DATE = re.compile(r"^([12]\d{3})[01]\d[0-3]\d$")
TRACK_NUMBER = re.compile(r"^(?:\d{1,2}-\d{1,2}[\s_]+|\d{1,3}[\s_]*[-._)][\s_]*(?=[^\d\s_])|0\d[\s_]+(?=\w))")


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says about itself; anything may be missing, and `problem` says when the tags could not be read."""

    title: str | None = None
    artist: str | None = None
    album: str | None = None
    genre: str | None = None
    year: int | None = None
    track_number: int | None = None
    problem: str = ""


def read_tags(path: Path) -> Tags:
    """Read a file's tags; without a title there, the file's name gives one.

    Damaged tags never cost the track: they are told in `problem`.
    """
    from tinytag import TinyTag, TinyTagException, UnsupportedFormatError

    named = title_from(path.stem)
    try:
        tag = TinyTag.get(path, duration=False)
    except UnsupportedFormatError:  # a container whose tags tinytag does not know
        return Tags(title=named)
    except (TinyTagException, OSError) as error:
        return Tags(title=named, problem=f"its tags cannot be read ({_plain(str(error)) or type(error).__name__})")
    return Tags(
        title=_plain(tag.title) or named,
        artist=_plain(tag.artist) or _plain(tag.albumartist),
        album=_plain(tag.album),
        genre=_plain(tag.genre),
        year=year_from(tag.year),
        track_number=tag.track if isinstance(tag.track, int) and tag.track > 0 else None,
    )


def title_from(stem: str) -> str:
    """Make a title of a file's name without its ending: no leading track number, spaces for underscores."""
    bare = TRACK_NUMBER.sub("", stem)
    return " ".join(bare.replace("_", " ").split()) or stem


def year_from(date: object) -> int | None:
    """Find the year, 1000 to 2999, in a date written in any way."""
    text = str(date or "").strip()
    found = COMPACT_DATE.match(text) or YEAR.search(text)
    return int(found.group(1)) if found else None


def _plain(text: str | None) -> str | None:
    """Put text on one line without control characters; None where nothing is left.

    Shops on the web leave "&quot;" and the like in tags, which are undone.
    """
    spelled = ENTITY.sub(lambda found: unescape(found.group()), text or "")
    printable = "".join(letter if letter.isprintable() else " " for letter in spelled)
    return " ".join(printable.split()) or None
