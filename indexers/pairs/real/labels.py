"""The name of a sound, as its file or its folder has it: words, or nothing."""

import json
import re
from collections.abc import Collection, Container, Iterable
from pathlib import Path

from indexers.encoders.classes import TAG_ENCODERS, class_names, class_texts
from indexers.errors import ModelError
from indexers.words import words_of

MOST_WORDS = 6
SHORT = {  # what makers of sounds write for short
    "ambi": "ambient", "bd": "bass drum", "drm": "drum", "elec": "electronic", "fx": "effect", "gtr": "guitar",
    "hat": "hi-hat", "hh": "hi-hat", "hihat": "hi-hat", "kik": "kick", "misc": "", "perc": "percussion",
    "sfx": "effect", "sn": "snare", "snd": "", "sound": "", "synth": "synthesizer", "tom": "tom drum",
    "bassdrum": "bass drum", "clav": "claves", "hi": "high", "cym": "cymbal", "acou": "acoustic", "vox": "voice",
}  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PART = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")
ADJECTIVES = frozenset(
    {
        "acoustic",
        "active",
        "bright",
        "closed",
        "dark",
        "deep",
        "distorted",
        "early",
        "fat",
        "golden",
        "hard",
        "harsh",
        "heavy",
        "high",
        "hollow",
        "large",
        "late",
        "light",
        "long",
        "loud",
        "low",
        "mid",
        "muffled",
        "opened",
        "pure",
        "quiet",
        "short",
        "small",
        "soft",
        "thick",
        "white",
    }
)  # said before what they are said of, wherever the name has them; fmt: skip
DOING = {
    "bite": "biting", "break": "breaking", "breaks": "breaking", "close": "closing", "die": "dying", "dig": "digging",
    "eat": "eating", "explode": "exploding", "extinguish": "extinguishing", "fall": "falling", "fill": "filling",
    "fly": "flying", "hit": "being hit", "ignite": "igniting", "jump": "jumping", "open": "opening",
    "shoot": "shooting", "throw": "throwing", "stop": "stopping", "start": "starting",
}  # fmt: skip
OPEN = {"hi-hat", "cymbal"}  # are open rather than being opened
ENDINGS = ("s", "es", "ing", "ed", "er", "y")  # that a known word may have besides


class Vocabulary:
    """English words: those that the sentence encoder has whole, those of the classes, and some more."""

    def __init__(self, tokenizer: Path, more: Iterable[str] = ()) -> None:
        """Read the words.

        Args:
            tokenizer: The sentence encoder's tokenizer.json.
            more: Texts whose words are words too.

        Raises:
            ModelError: the file is damaged.
        """
        try:
            pieces = json.loads(tokenizer.read_text(encoding="utf-8"))["model"]["vocab"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{tokenizer} cannot be read: run `segue models pull text`") from error
        said = (*SHORT.values(), *ADJECTIVES, *DOING, *DOING.values())
        texts = (*class_names(TAG_ENCODERS), *class_texts(TAG_ENCODERS), *said, *more)
        self._words = {piece for piece in pieces if piece.isalpha() and len(piece) > 1}
        self._words |= {word for text in texts for word in words_of(text) if word.isalpha()}

    def __contains__(self, word: object) -> bool:
        """Whether a word in lower case is known, as it is or without a usual ending."""
        text = str(word)
        stems = (text.removesuffix(ending) for ending in ENDINGS if text.endswith(ending))
        return text in self._words or any({stem, f"{stem}e"} & self._words for stem in stems if len(stem) > 2)


def label_of(name: str, ignore: Collection[str], known: Container[str] | None) -> str:
    """Clean a name to words, such as "wolf growl" for "wolf-growl-4"; empty where it is no plain words.

    Numbers are left out, short forms written out. One word that nobody knows spoils the whole, since what the name
    means is not known then.

    Args:
        name: Of a file, without its ending, or of a folder.
        ignore: Words of it that say nothing, in lower case.
        known: The words there are, in lower case; None takes all for words.
    """
    parts = [part.lower() for part in _PART.findall(_CAMEL.sub(" ", name)) if not part.isdigit()]
    written = " ".join(SHORT.get(part, part) for part in parts if part not in ignore and len(part) > 1)
    words = list(dict.fromkeys(written.split()))
    if not 1 <= len(words) <= MOST_WORDS:
        return ""
    if known is not None and not all(part in known for word in words for part in word.split("-")):
        return ""
    return " ".join(_in_order(words))


def _in_order(words: list[str]) -> list[str]:
    """Adjectives first, and what is done as a participle: "soft kick", "door opening", "breaking glass"."""
    said = ADJECTIVES | {"open"} if OPEN & set(words) else ADJECTIVES
    first, rest = [word for word in words if word in said], [word for word in words if word not in said]
    ends = (0, len(rest) - 1) if len(rest) > 1 else ()
    return [*first, *(DOING.get(word, word) if place in ends else word for place, word in enumerate(rest))]
