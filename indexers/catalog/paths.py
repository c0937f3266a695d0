"""Finding a file by a path that was written elsewhere."""

import os.path
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import unquote

SCHEME = re.compile(r"^([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
DRIVE = re.compile(r"^[a-zA-Z]:(?=[\\/])")


class PathIndex:
    """Known absolute paths, findable by how a side file or a playlist wrote them."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._exact = {_composed(path): path for path in paths}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for spelling in self._exact:
            self._by_name[spelling.rpartition("/")[2]].append(spelling)

    def find(self, location: str, base: str, *, parts: int) -> str | None:
        """Find the one known path that a location means, or None.

        Args:
            location: Absolute, relative to `base`, a file:// address, or a path from another machine.
            base: The absolute folder of the file that says it.
            parts: How many trailing parts must agree at least where only the end of the path does.
        """
        spellings = _spellings(location)
        for spelling in spellings:
            path = _composed(os.path.normpath(os.path.join(base, spelling)))  # noqa: PTH118 - Path keeps "a/../b"
            if path in self._exact:
                return self._exact[path]
        found = {self._by_ending(spelling, parts) for spelling in spellings} - {""}
        return self._exact[found.pop()] if len(found) == 1 else None

    def _by_ending(self, spelling: str, parts: int) -> str:
        """Give the known path with the longest common ending, or "" where none or several have it."""
        wanted = [part for part in _composed(DRIVE.sub("", spelling)).split("/") if part not in {"", ".", ".."}]
        foreign = spelling.startswith("/") or DRIVE.match(spelling) is not None
        if not wanted:
            return ""
        needed = parts if foreign else max(parts, len(wanted))
        lengths = {path: _common_ending(path.split("/"), wanted) for path in self._by_name.get(wanted[-1], [])}
        longest = max(lengths.values(), default=0)
        best = [path for path, length in lengths.items() if length == longest]
        return best[0] if longest >= needed and len(best) == 1 else ""


def _common_ending(path: list[str], wanted: list[str]) -> int:
    pairs = zip(reversed(path), reversed(wanted), strict=False)
    return next((length for length, (a, b) in enumerate(pairs) if a != b), min(len(path), len(wanted)))


def _spellings(location: str) -> list[str]:
    """Give the paths a location may mean, the most literal first; an address on a network means none."""
    scheme = SCHEME.match(location)
    if scheme and scheme.group(1).lower() != "file":
        return []
    if scheme:
        rest = location[scheme.end() :]
        plain = rest[rest.find("/") :] if "/" in rest else rest  # a host name before the path
        plain = plain[1:] if DRIVE.match(plain[1:]) else plain
        return [unquote(plain), plain]
    slashed = location.replace("\\", "/")
    return list(dict.fromkeys([location, slashed, unquote(slashed)]))


def _composed(path: str) -> str:
    """Write accents one way: macOS stores them apart from their letters."""
    return unicodedata.normalize("NFC", path)
