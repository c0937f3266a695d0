"""Names of tracks and artists, brought to one spelling."""

import re
import unicodedata

ASIDE = re.compile(
    r"\s*[(\[{][^)\]}]*\b(?:feat|ft|featuring|remaster(?:ed)?|official|lyrics?|audio|video|album version|explicit)\b"
    r"[^)\]}]*[)\]}]",
    re.IGNORECASE,
)
TRAILER = re.compile(r"\s+-\s+(?:\d{4}\s+)?(?:digital(?:ly)?\s+)?remaster(?:ed)?\b.*$", re.IGNORECASE)
GUEST = re.compile(r"\s+(?:feat\.?|ft\.?|featuring)\s+.*$", re.IGNORECASE)
ARTICLE = re.compile(r"^the\s+(?=\S)|,\s*the$")
NUMBERS = re.compile(r"\d+")


def normal_title(title: str) -> str:
    """Bring a title to one spelling; guests and remasterings go, other versions (live, remix) stay apart."""
    return _plain(GUEST.sub("", TRAILER.sub("", ASIDE.sub("", title)))) or title.strip().casefold()


def normal_artist(artist: str) -> str:
    """Bring an artist's name to one spelling, without guests and a leading article."""
    bare = ARTICLE.sub("", GUEST.sub("", artist.strip()).casefold())
    return _plain(bare) or artist.strip().casefold()


def numbers_in(text: str) -> tuple[str, ...]:
    """The numbers of a title in order: where they differ, so do the tracks, however alike the rest."""
    return tuple(number.lstrip("0") for number in NUMBERS.findall(text))


def _plain(text: str) -> str:
    """Give letters without accents, digits and single spaces; "&" reads as "and", an apostrophe as nothing."""
    split = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in split if not unicodedata.combining(letter))
    words = re.sub(r"['’`´]", "", letters.replace("&", " and "))
    return " ".join(re.sub(r"[\W_]+", " ", words).split())
