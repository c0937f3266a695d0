"""A long track: sections of one tune, each played in another way than the one before."""

from dataclasses import dataclass, field, replace

import numpy as np

from indexers.errors import MediaError
from indexers.pairs.playing.arrange import Line, arrange, chosen_plan, setting_of, transposed
from indexers.pairs.playing.entries import with_entries
from indexers.pairs.playing.midi import MOST_PLAYERS
from indexers.pairs.playing.passage import choose_bars
from indexers.pairs.playing.perform import Manner, choose_touch, perform
from indexers.pairs.playing.performance import DRUMS, Performance, Span, Voice
from indexers.pairs.playing.shape import FADING, LEVELS, Loudness, choose_loudness
from indexers.pairs.playing.tempo import FASTEST, SLOWEST, choose_tempo, onsets_per_quarter, suits
from indexers.scores.key import home_key
from indexers.scores.notes import Score

SHORTEST_S, LONGEST_S = 60.0, 300.0
FEWEST, MOST = 3, 7  # sections
LONGEST_SILENCE_S = 4.0
SHORTEST_SECTION_S = 9.0
PHRASE = 4  # bars: sections are whole phrases
NEW_TEMPO, NEW_KEY, NEW_LEAD, FADING_END = 0.3, 0.25, 0.4, 0.5  # how often a section brings it
TEMPI = (0.67, 0.8, 1.25, 1.4)
KEYS = (-5, -3, -2, 2, 3, 5)
TRIES = 8


@dataclass(slots=True)
class _Course:
    """How far a long track is: what has been played, and what the next section goes on from."""

    score: Score
    bpm: int
    lead_bpm: int
    voices: list[Voice] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    band: dict[str, str] = field(default_factory=dict)  # role to player
    plan: tuple[str, ...] = ()
    at_s: float = 0.0


def perform_long(score: Score, style: str, rng: np.random.Generator) -> Performance:
    """Play a score in several sections that differ in players, tempo, key, loudness and touch.

    Args:
        score: The notes.
        style: What kind of piece it is, in words, or empty.
        rng: What chooses; the same state gives the same performance.

    Raises:
        MediaError: what was played is shorter than a minute, longer than five, or silent for too long.
    """
    moved = transposed(score, int(rng.integers(-3, 4)))
    bpm = choose_tempo(moved, rng)
    course = _Course(moved, bpm, bpm)
    wanted_s = rng.uniform(SHORTEST_S * 1.15, LONGEST_S * 0.85)
    n_sections = int(rng.integers(FEWEST, min(MOST, int(wanted_s // (1.5 * SHORTEST_SECTION_S))) + 1))
    for place in range(n_sections):
        share = (wanted_s - course.at_s) / (n_sections - place)
        section_s = max(SHORTEST_SECTION_S, share * float(rng.uniform(0.75, 1.25)))
        _add_section(course, section_s, rng, last=place == n_sections - 1)
    if not SHORTEST_S <= course.at_s <= LONGEST_S:
        raise MediaError(
            f"a long track of {course.at_s:.0f} s was played: {SHORTEST_S:g} to {LONGEST_S:g} s are wanted"
        )
    played = Performance(tuple(course.voices), tuple(course.spans), style)
    if played.longest_silence_s > LONGEST_SILENCE_S:
        raise MediaError(f"a long track would be silent for {played.longest_silence_s:.0f} s: it is left out")
    return played


def _add_section(course: _Course, wanted_s: float, rng: np.random.Generator, *, last: bool) -> None:
    if course.spans:
        _change_course(course, rng)
    quarter_s = 60.0 / course.bpm / course.score.beat
    phrase_s = PHRASE * course.score.bar * quarter_s
    length = max(1, round(wanted_s / phrase_s)) * PHRASE * course.score.bar
    length_s = length * quarter_s
    passage = choose_bars(course.score, length, rng)
    bars_s = [float(at) for at in np.arange(1, length / passage.bar) * passage.bar * quarter_s]
    loudness = choose_loudness(rng, bars_s)
    if last and rng.random() < FADING_END:
        loudness = Loudness(FADING, max(loudness.last, LEVELS[2]), LEVELS[0])
    lines = _lines(course, passage, length, rng, loudness.last - loudness.first)
    manner = Manner(quarter_s, passage.bar, length_s, loudness, choose_touch(rng))
    course.voices += perform(lines, manner, rng, course.at_s)
    end_s = course.at_s + length_s
    home = home_key(course.score)
    course.spans.append(Span(round(course.at_s, 4), round(end_s, 4), course.bpm, passage.beat, passage.metre, home))
    course.at_s = end_s
    course.band |= {line.role: line.player for line in lines}


def _change_course(course: _Course, rng: np.random.Generator) -> None:
    """Choose what the next section changes; the plan always is another."""
    if rng.random() < NEW_KEY:
        course.score = transposed(course.score, int(rng.choice(KEYS)))
    if rng.random() < NEW_TEMPO:
        bpm = round(course.lead_bpm * float(rng.choice(TEMPI)))
        density = onsets_per_quarter(course.score) * course.score.beat
        course.bpm = bpm if SLOWEST <= bpm <= FASTEST and suits(bpm, density * bpm / 60) else course.lead_bpm
    if rng.random() < NEW_LEAD:
        course.band = {role: player for role, player in course.band.items() if role == DRUMS}
    before = course.plan
    for _ in range(TRIES):
        course.plan = chosen_plan(rng)
        if course.plan != before:
            return


def _lines(course: _Course, passage: Score, length: float, rng: np.random.Generator, rise: int) -> list[Line]:
    """An arrangement that leaves the number of players within what MIDI has channels for."""
    used = {voice.player for voice in course.voices if voice.role != DRUMS}
    setting = setting_of(passage, length, course.band)
    for _ in range(TRIES):
        lines = with_entries(arrange(setting, rng, course.plan), setting, rng, rise=rise)
        if len(used | {line.player for line in lines if line.role != DRUMS}) <= MOST_PLAYERS:
            return lines
    return [replace(lines[0], player=min(used))]
