"""Words for single facts; each list holds words that mean the same."""

from indexers.pairs.telling.facts import Facts

TEMPI = ((60, "very slow", "largo"), (76, "slow", "adagio"), (108, "moderate", "andante"), (156, "fast", "allegro"),
         (10_000, "very fast", "presto"))  # fmt: skip
TEMPO_WORDS = {
    "very slow": ("very slow", "extremely slow", "glacial"),
    "slow": ("slow", "unhurried", "slow-paced"),
    "moderate": ("mid-tempo", "medium-paced", "moderately paced"),
    "fast": ("fast", "quick", "brisk", "up-tempo"),
    "very fast": ("very fast", "rapid", "racing"),
}
LEVEL_WORDS = {
    "very soft": ("very soft", "hushed", "whisper-quiet"),
    "soft": ("soft", "quiet", "gentle"),
    "moderate": ("medium-loud",),
    "loud": ("loud", "forceful"),
    "very loud": ("very loud", "thundering", "full-volume"),
}
DENSITY_WORDS = {"sparse": ("sparse", "spacious"), "moderate": (), "busy": ("busy", "bustling")}
# conventional moods of mode and pace, for rewrites alone: they are how people ask, not what was measured
MOODS = {
    ("minor", "slow"): ("sad", "melancholy", "sombre", "mournful"),
    ("minor", "fast"): ("restless", "urgent", "tense"),
    ("major", "slow"): ("calm", "peaceful", "serene"),
    ("major", "fast"): ("happy", "cheerful", "joyful", "bright"),
}
BEAT_NAMES = {0.5: "eighth-note ", 1.0: "", 1.5: "dotted-quarter ", 2.0: "half-note ", 4.0: "whole-note "}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WALTZ = "3/4"
VOWELS = "aeiouAEIO8"  # an 808 drum machine, an Irish tune, a ukulele


def tempo_word(bpm: int) -> str:
    """A tempo as a word, "very slow" to "very fast"."""
    return next(word for limit, word, _ in TEMPI if bpm < limit)


def italian_word(bpm: int) -> str:
    """A tempo as musicians write it, "largo" to "presto"."""
    return next(word for limit, _, word in TEMPI if bpm < limit)


def pace_of(facts: Facts) -> str:
    """Whether music is felt as slow or as fast: tempo and notes a second agree; empty where they do not."""
    if facts.bpm < 76 and facts.density != "busy":
        return "slow"
    return "fast" if facts.bpm >= 108 and facts.density != "sparse" else ""


def mood_words(facts: Facts) -> tuple[str, ...]:
    """Moods that a mode and a pace stand for; none where either is not clear."""
    loud_words = {facts.dynamics.start, facts.dynamics.end} & {"loud", "very loud"}
    found = MOODS.get((facts.mode, pace_of(facts)), ())
    return () if loud_words and pace_of(facts) == "slow" else found


def with_article(words: str) -> str:
    """Words with "a" or "an" before them."""
    return f"{'an' if words[:1] in VOWELS else 'a'} {words}"


def spelled(count: int) -> str:
    """A small number in letters."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)


def clock(seconds: float) -> str:
    """A moment as minutes and seconds, such as 2:05."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def lasting(seconds: float) -> str:
    """A length in words, such as "2 minutes and 5 seconds"."""
    minutes, rest = divmod(round(seconds), 60)
    parts = [f"{count} {unit}{'s' * (count != 1)}" for count, unit in ((minutes, "minute"), (rest, "second")) if count]
    return " and ".join(parts) or "no time"


def in_row(words: list[str]) -> str:
    """Words as a list: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def sentence(text: str) -> str:
    """A text with a capital and a full stop."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"
