import pytest

from engine.language import foreign, language_notes
from indexers.generation import Joint


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("静かなピアノの音楽", "Japanese"),
        ("спокойное фортепиано", "Russian or another language in Cyrillic letters"),
        ("موسيقى هادئة", "Arabic or Persian"),
        ("ήρεμο πιάνο", "Greek"),
        ("평화로운 피아노", "Korean"),
        ("安静的钢琴", "Chinese or Japanese"),
        ("langsames Klavier mit Regen", "German"),
        ("musique triste avec piano", "French"),
        ("música lenta con guitarra", "Spanish"),
        ("musica lenta della sera", "Italian"),
        ("música triste com violão", "Portuguese"),
        ("rustige muziek voor een avond", "Dutch"),
        ("ნელი მუსიკა", "a language in georgian letters"),
    ],
)
def test_what_is_plainly_foreign_is_named(text: str, language: str) -> None:
    assert foreign(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "slow piano, rain",
        "música",
        "con fuoco",
        "Die Toten Hosen",
        "Ludwig van Beethoven by Herbert von Karajan",
        "Lana del Rey at night",
        "songs like La Bamba with a Spanish guitar",
        "음악 like this one but slower",
        "Sigur Rós Ágætis byrjun",
        "1984 !!! 🎵",
        "café del mar sunset mix",
        "a song with the words una mattina in it",
    ],
)
def test_what_may_be_english_or_a_name_is_let_be(text: str) -> None:
    assert foreign(text) is None


def test_the_note_names_the_towers_that_read_english_alone() -> None:
    english, both = Joint("clap", "joint-clap", "1f", ("en",)), Joint("hub:a/b", "joint-b", "2f", ("en", "de"))
    assert language_notes("langsames Klavier mit Regen", [both]) == ()
    assert language_notes("slow piano with rain", [english, both]) == ()
    assert language_notes("langsames Klavier mit Regen", []) == ()
    (note,) = language_notes("langsames Klavier mit Regen", [english, both])
    assert note == "This looks like German; clap reads English alone: ask in English to find more."
