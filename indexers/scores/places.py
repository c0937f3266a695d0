"""Where scores lie: music21's corpus, folders of MIDI files, and zip or tar archives of them."""

import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from indexers.errors import InputError, MediaError
from indexers.scores.midi_reader import read_midi
from indexers.scores.music21_reader import corpus_folder, read_score
from indexers.scores.notes import Score

MIDI = (".mid", ".midi")
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
SUPERSEDED = ("_old", "_bak")
TUNE = re.compile(r"^X:\s*(\d+)", re.MULTILINE)
DANCES = ("hornpipe", "strathspey", "reel", "jig", "waltz", "polka", "march", "minuet")
CORPUS = "music21"
CORPUS_LICENCE = "of the encoding: see license.txt of music21's corpus"
# patterns below the corpus, and what a piece there is; never by an instrument, as others will play it
COLLECTIONS: dict[str, str] = {
    "bach/bwv[0-9]*.mxl": "chorale",
    "palestrina/*_[0-9][0-9]*.krn": "Renaissance mass movement",
    "monteverdi/madrigal.[3-5].[0-9]*.mxl": "madrigal",
    "trecento/PMFC_*.xml": "medieval piece",
    "beethoven/opus*/movement*.mxl": "Classical movement",
    "mozart/k*/movement*.mxl": "Classical movement",
    "haydn/opus*/movement*.mxl": "Classical movement",
    "schumann_clara/*.mxl": "Romantic polonaise",
    "joplin/*.mxl": "rag",
    "corelli/opus3no1/*.xml": "Baroque sonata movement",
    "ryansMammoth/*.abc": "dance tune",
    "oneills1850/*.abc": "Irish tune",
    "airdsAirs/book*.abc": "Scottish air",
    "essenFolksong/[a-z]*[0-9].abc": "folk tune",
    "miscFolk/*.abc": "folk tune",
}
BOOKS = frozenset({"oneills1850", "airdsAirs", "essenFolksong", "miscFolk"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where one score lies.

    `source` and `member` name it the same on every machine; `container` is the corpus, folder or archive that holds
    `member`; `number` is the tune's in a book of tunes, 0 elsewhere; `style` is what kind of piece it is, or empty.
    """

    source: str
    container: str
    member: str
    number: int = 0
    style: str = ""
    licence: str = ""

    @property
    def name(self) -> str:
        """A name for the score that no other has."""
        return f"{self.source}/{self.member}" + (f"#{self.number}" if self.number else "")

    @property
    def collection(self) -> str:
        """What it is drawn from: its source, and in the corpus the folder there."""
        return f"{self.source}/{self.member.partition('/')[0]}" if self.source == CORPUS else self.source


def read_place(place: Place) -> Score:
    """Read the score that lies there.

    Raises:
        MediaError: it cannot be read, or holds too few notes.
    """
    if place.source == CORPUS:
        return read_score(Path(place.container) / place.member, place.number)
    return read_midi(_members(place.container)(place.member), place.name)


def style_of(place: Place, title: str) -> str:
    """What kind of piece a score is, in words; a dance named by its title or its file goes before its collection."""
    words = f"{title} {Path(place.member).stem}".casefold()
    dance = next((dance for dance in DANCES if re.search(rf"\b{dance}(e?s)?\b|\b{dance}(e?s)?[\d_-]", words)), "")
    folk = place.source != CORPUS or place.style.endswith(("tune", "air"))
    return dance if dance and folk else place.style


def list_corpus() -> list[Place]:
    """Every score of music21's corpus that is music, in a set order.

    Raises:
        ModelError: music21 is not installed, or came without its corpus.
    """
    corpus = corpus_folder()
    return [place for pattern, style in COLLECTIONS.items() for place in _corpus_places(corpus, pattern, style)]


def list_places(path: Path) -> list[Place]:
    """The MIDI files of a folder or an archive, by name.

    Raises:
        InputError: there is no such folder or archive, it cannot be read, or holds no MIDI file.
    """
    if not path.is_dir() and not path.name.lower().endswith(ARCHIVES):
        raise InputError(f"{path} is no folder and no {', '.join(ARCHIVES)}: give what holds MIDI files")
    try:
        names = sorted(_names(path))
    except (OSError, zipfile.BadZipFile, tarfile.TarError) as error:
        raise InputError(f"{path} cannot be read ({error}): give a folder or an archive of MIDI files") from error
    found = [name for name in names if name.lower().endswith(MIDI)]
    if not found:
        raise InputError(f"{path} holds no {' or '.join(MIDI)} file: give what holds MIDI files")
    licence = f"of the scores in {path.name}"
    return [Place(path.name, str(path.absolute()), name, licence=licence) for name in found]


def _corpus_places(corpus: Path, pattern: str, style: str) -> Iterator[Place]:
    for path in sorted(corpus.glob(pattern)):
        member = path.relative_to(corpus).as_posix()
        if path.stem.endswith(SUPERSEDED):
            continue
        is_book = member.partition("/")[0] in BOOKS
        numbers = TUNE.findall(path.read_text("utf-8", "replace")) if is_book else ["0"]
        for number in dict.fromkeys(numbers):
            yield Place(CORPUS, str(corpus), member, int(number), style, CORPUS_LICENCE)


def _names(path: Path) -> list[str]:
    if path.is_dir():
        return [found.relative_to(path).as_posix() for found in path.rglob("*") if found.is_file()]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    with tarfile.open(path) as archive:
        return archive.getnames()


@lru_cache(maxsize=4)
def _members(container: str) -> Callable[[str], bytes]:
    """What reads a member of a folder or an archive; the MIDI files of a tar archive are kept, as it has no index."""
    path = Path(container)
    if path.is_dir():
        return lambda member: _checked(member, (path / member).read_bytes)
    if zipfile.is_zipfile(path):
        archive = zipfile.ZipFile(path)
        return lambda member: _checked(member, lambda: archive.read(member))
    files = _tar_files(path)
    return lambda member: _checked(member, lambda: files[member])


def _checked(member: str, read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise MediaError(f"{member} cannot be read ({error}): it is left out") from error


def _tar_files(path: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with tarfile.open(path) as archive:
        for entry in archive:
            content = archive.extractfile(entry) if entry.name.lower().endswith(MIDI) else None
            if content is not None:
                files[entry.name] = content.read()
    return files
