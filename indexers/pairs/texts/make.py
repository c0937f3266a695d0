"""Making pairs of texts alone: groups of texts that say the same, each group on one side of the split."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from indexers.errors import PairsError
from indexers.pairs.collect import Maker, Progress
from indexers.pairs.manifest import NO_AUDIO, TEXT, Pair, is_latin
from indexers.pairs.splits import VALIDATION, split_of
from indexers.pairs.texts.reading import read_groups
from indexers.pairs.texts.sources import TextSource

FEWEST_WORDS = 3  # of the text of a group; a rewrite may be a query of one word


def text_maker(sources: Sequence[TextSource]) -> Maker:
    """A maker for `collect_pairs` that reads files of texts."""
    return partial(_made, tuple(sources))


def _made(sources: Sequence[TextSource], _: Path, tell: Progress) -> tuple[list[Pair], list[str]]:
    return pair_texts(sources, tell)


@dataclass(slots=True)
class _Groups:
    """Groups of texts as they are read: no text is in two of them."""

    found: list[tuple[str, TextSource, list[str]]] = field(default_factory=list)
    owners: dict[str, tuple[int, Path]] = field(default_factory=dict)  # a folded text's group, and the file it is from

    def add(self, name: str, texts: Sequence[str], source: TextSource) -> None:
        """Add a group, or its texts to the group of another file that has its first text.

        A text that several groups of one file have says little of each, and stays with the first.
        """
        row, path = self.owners.get(texts[0].casefold(), (len(self.found), source.path))
        if path == source.path:
            row = len(self.found)
            self.found.append((name, source, []))
        for text in texts:
            if text.casefold() not in self.owners:
                self.owners[text.casefold()] = (row, source.path)
                self.found[row][2].append(text)


def pair_texts(sources: Sequence[TextSource], tell: Progress) -> tuple[list[Pair], list[str]]:
    """Make a pair of each group of texts that say the same; no text, in whatever case, is in two of them.

    Its first text is the pair's text, the others are its rewrites. A group whose first text is in a file read before
    joins the group there, and its side of the split.

    Returns:
        Pairs in the order of the files, and a line for whatever was left out.

    Raises:
        PairsError: a file cannot be read, or no group has two texts.
    """
    groups, notes = _Groups(), []
    for done, source in enumerate(sources, start=1):
        n_other = 0
        for place, (name, texts) in enumerate(read_groups(source)):
            english = [text for text in texts if is_latin(text)]
            n_other += len(texts) - len(english)
            if english:
                groups.add(f"{source.name}/{name or place}", english, source)
        notes += [f"{source.name}: {n_other} texts are not English and were left out"] if n_other else []
        tell("files of texts read", done, len(sources))
    whole = [group for group in groups.found if len(group[2]) > 1 and len(group[2][0].split()) >= FEWEST_WORDS]
    if not whole:
        raise PairsError("no text has a rewrite: give groups of texts that say the same")
    if n_left := len(groups.found) - len(whole):
        notes.append(f"{n_left:,} of {len(groups.found):,} groups of texts left out: a single text, or no sentence")
    return [_pair(*group) for group in whole], notes


def _pair(name: str, source: TextSource, texts: Sequence[str]) -> Pair:
    split = source.split or split_of(name, VALIDATION, source.held_out)
    return Pair(
        NO_AUDIO, texts[0], split, rewrites=tuple(texts[1:]), source=source.name, licence=source.licence, tune=name,
        kind=TEXT,
    )  # fmt: skip
