"""Whether a text is plainly not English, told by its letters and its smallest words."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from engine.query import joint_called
from indexers.generation import Joint

FEWEST = 3  # words by which a language can be told
MOST = 0.5  # of a text's letters that must be of another script
ENGLISH_CODES = frozenset({"en", "eng", "english"})
KANA = ("HIRAGANA", "KATAKANA")  # beside them Chinese letters are Japanese
SCRIPTS = {
    "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "CJK": "Chinese or Japanese", "HANGUL": "Korean",
    "CYRILLIC": "Russian or another language in Cyrillic letters", "ARABIC": "Arabic or Persian", "HEBREW": "Hebrew",
    "GREEK": "Greek", "THAI": "Thai", "DEVANAGARI": "Hindi", "BENGALI": "Bengali", "TAMIL": "Tamil",
}  # fmt: skip
# Words that are frequent in one language, and rare in English and in the names of artists.
SMALL_WORDS = {
    "German": "und mit eine einem einen für nicht ist zum zur ohne wie",
    "French": "avec et une dans pour sur aux sans qui est",
    "Spanish": "con una por muy sin como",
    "Italian": "una gli della nel che più di senza",
    "Portuguese": "com uma em não sem",
    "Dutch": "het een voor niet zonder",
}
_ENGLISH = "a an and the of with for in on by to is are that this from without like at or"
ENGLISH = frozenset(_ENGLISH.split())


def foreign(text: str) -> str | None:
    """Name the language a text is plainly in where that is not English; None where it may well be English.

    A text counts as foreign where most of its letters are of another script than Latin, or where it has three words or
    more and more of the small ones of another language than of English.
    """
    scripts = Counter(unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha())
    others = sum(count for script, count in scripts.items() if script != "LATIN")
    if others > MOST * max(1, scripts.total()):
        first = next((kana for kana in KANA if kana in scripts), None)
        first = first or next(script for script, _ in scripts.most_common() if script != "LATIN")
        return SCRIPTS.get(first, f"a language in {first.lower()} letters")
    words = re.findall(r"[^\W\d_]+", text.lower())
    hits = {language: sum(word in small.split() for word in words) for language, small in SMALL_WORDS.items()}
    language = max(hits, key=lambda each: hits[each])
    n_english = sum(word in ENGLISH for word in words)
    return language if len(words) >= FEWEST and hits[language] > n_english else None


def language_notes(text: str, joints: Sequence[Joint]) -> tuple[str, ...]:
    """Say which arms read English alone, where a text is plainly in another language."""
    english = [
        joint_called(joint.encoder) or joint.encoder for joint in joints if ENGLISH_CODES.issuperset(joint.languages)
    ]
    if not english or (language := foreign(text)) is None:
        return ()
    return (f"This looks like {language}; {' and '.join(english)} reads English alone: ask in English to find more.",)
