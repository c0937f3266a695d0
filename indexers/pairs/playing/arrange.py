"""Giving the parts of a passage to players, and adding what it lacks: doublings, chords, bass, drone, drums."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle
from statistics import fmean

import numpy as np

from indexers.pairs.playing import harmony
from indexers.pairs.playing.beats import beats_for, drum_notes
from indexers.pairs.playing.palette import ENSEMBLES, KITS, PLAYER_OF, PLAYERS, Player, fitting
from indexers.pairs.playing.passage import Cast, cast_of
from indexers.pairs.playing.performance import (
    ALL,
    BASS,
    BROKEN,
    CHORDS,
    DRONE,
    DRUMS,
    GIVEN,
    INNER,
    LOWEST,
    MELODY,
    OCTAVE,
    OFFBEAT,
    SECOND,
    TOP,
)
from indexers.scores.key import Key, estimate_key
from indexers.scores.notes import Note, Score

# how a tune may be accompanied, and how often
PLANS: tuple[tuple[float, tuple[str, ...]], ...] = (
    (0.20, ()),
    (0.07, (OCTAVE,)),
    (0.09, (CHORDS,)),
    (0.09, (BROKEN,)),
    (0.04, (OFFBEAT,)),
    (0.05, (BASS,)),
    (0.06, (DRONE,)),
    (0.08, (DRUMS,)),
    (0.05, (BASS, CHORDS)),
    (0.04, (BASS, BROKEN)),
    (0.03, (BASS, OFFBEAT)),
    (0.09, (CHORDS, BASS, DRUMS)),
    (0.06, (BROKEN, BASS, DRUMS)),
    (0.05, (OCTAVE, BASS, DRUMS)),
)
CHORD_FAMILIES = {
    CHORDS: ("strings", "organ", "voices", "synth", "brass"),
    BROKEN: ("plucked", "guitar", "keys", "mallets", "bells"),
    OFFBEAT: ("guitar", "keys", "organ", "plucked", "strings"),
}
BASSES = ("acoustic bass", "electric bass", "slap bass", "synth bass", "double bass", "tuba", "cello")
DRONES = ("bagpipes", "reed organ", "string ensemble", "cello", "viola", "church organ", "warm synth pad")
PARTS_FOR_ALL = ("piano", "church organ", "harpsichord", "string ensemble", "choir", "brass section", "accordion",
                 "reed organ", "harp", "pizzicato strings", "electric piano", "marimba", "music box", "vibraphone",
                 "nylon-string guitar", "steel-string guitar", "celesta", "synth strings")  # fmt: skip
WITH_DRUMS = 0.2  # of passages in several parts


@dataclass(frozen=True, slots=True)
class Line:
    """What one player plays: notes in quarter notes from the start of the passage."""

    player: str
    role: str
    notes: tuple[Note, ...]
    beat: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an arrangement rests on.

    `length` is in quarter notes; `avoid` are players not to choose; `prefer` says for a role who plays it if the notes
    fit.
    """

    passage: Score
    length: float
    key: Key
    avoid: frozenset[str] = frozenset()
    prefer: Mapping[str, str] = field(default_factory=dict)


def setting_of(passage: Score, length: float, prefer: Mapping[str, str] | None = None) -> Setting:
    """A setting with the passage's own key."""
    key = estimate_key((note.pitch, note.length) for part in passage.parts for note in part)
    return Setting(passage, length, key, prefer=prefer or {})


def arrange(setting: Setting, rng: np.random.Generator, plan: tuple[str, ...] | None = None) -> list[Line]:
    """Give a passage to players.

    Args:
        setting: The passage.
        rng: What chooses.
        plan: The roles beside a melody; chosen where it is None. It says nothing to a passage in equal parts.

    Returns:
        Lines, the leading one first; no two of them have one player but for the equal parts of an ensemble.
    """
    cast = cast_of(setting.passage)
    if cast.lead:
        return _tune(cast, setting, rng, chosen_plan(rng) if plan is None else plan)
    lines = _parts(cast.parts, setting, rng)
    wants_drums = DRUMS in plan if plan is not None else rng.random() < WITH_DRUMS
    return [*lines, *(_drums(setting, rng) if wants_drums else [])]


def chosen_plan(rng: np.random.Generator) -> tuple[str, ...]:
    """Roles beside a melody, by how often each plan is wanted."""
    weights = np.array([weight for weight, _ in PLANS])
    return PLANS[int(rng.choice(len(PLANS), p=weights / weights.sum()))][1]


def transposed(score: Score, semitones: int) -> Score:
    """The score in another key."""
    parts = tuple(tuple(replace(note, pitch=note.pitch + semitones) for note in part) for part in score.parts)
    return replace(score, parts=parts)


def _tune(cast: Cast, setting: Setting, rng: np.random.Generator, plan: tuple[str, ...]) -> list[Line]:
    """A melody and what goes with it; a written accompaniment stands in for added chords."""
    lines = [_placed(MELODY, cast.lead, PLAYERS, setting, rng)]
    if cast.second and plan and rng.random() < 0.6:
        lines.append(_beside(lines, SECOND, cast.second, setting, rng))
    for role in plan:
        if role == DRUMS:
            lines += _drums(setting, rng)
        elif role in {CHORDS, BROKEN, OFFBEAT} and cast.given:
            lines.append(_beside(lines, GIVEN, cast.given, setting, rng))
        else:
            lines.append(ADDED[role](lines, setting, rng))
    return lines


def _octave(lines: Sequence[Line], setting: Setting, rng: np.random.Generator) -> Line:
    """The melody again, by a player of another family, in its own or another octave."""
    melody = lines[0]
    family = PLAYER_OF[melody.player].family
    others = [player for player in PLAYERS if player.family not in {family, "bass"}]
    return _placed(OCTAVE, melody.notes, others, _without(setting, lines), rng)


def _chords(role: str) -> Callable[[Sequence[Line], Setting, np.random.Generator], Line]:
    def added(lines: Sequence[Line], setting: Setting, rng: np.random.Generator) -> Line:
        bar, beat = setting.passage.bar, setting.passage.beat
        chords = harmony.harmonise(lines[0].notes, setting.key, bar, setting.length)
        played = {
            CHORDS: lambda: harmony.held(chords),
            BROKEN: lambda: harmony.broken(chords, 0.5 if beat != 2.0 else 1.0),
            OFFBEAT: lambda: harmony.off_beat(chords, beat),
        }[role]()
        lead = PLAYER_OF[lines[0].player].family
        families = set(CHORD_FAMILIES[role]) - {lead}
        able = [one for one in PLAYERS if one.chordal and one.family in families and (one.sustains or role != CHORDS)]
        return _placed(role, played, able, _without(setting, lines), rng)

    return added


def _bass(lines: Sequence[Line], setting: Setting, rng: np.random.Generator) -> Line:
    chords = harmony.harmonise(lines[0].notes, setting.key, setting.passage.bar, setting.length)
    able = [PLAYER_OF[name] for name in BASSES]
    return _placed(BASS, harmony.bass(chords, setting.passage.beat), able, _without(setting, lines), rng)


def _drone(lines: Sequence[Line], setting: Setting, rng: np.random.Generator) -> Line:
    notes = harmony.drone(setting.key, setting.passage.bar, setting.length)
    return _placed(DRONE, notes, [PLAYER_OF[name] for name in DRONES], _without(setting, lines), rng)


ADDED: dict[str, Callable[[Sequence[Line], Setting, np.random.Generator], Line]] = {
    OCTAVE: _octave,
    CHORDS: _chords(CHORDS),
    BROKEN: _chords(BROKEN),
    OFFBEAT: _chords(OFFBEAT),
    BASS: _bass,
    DRONE: _drone,
}


def _drums(setting: Setting, rng: np.random.Generator) -> list[Line]:
    """A beat that suits the metre; none where the metre is not known or has none."""
    beats = beats_for(setting.passage.metre)
    if not beats:
        return []
    beat, kit = beats[int(rng.integers(len(beats)))], KITS[int(rng.integers(len(KITS)))]
    notes = drum_notes(beat, setting.passage.bar, setting.length, rng)
    return [Line(setting.prefer.get(DRUMS, kit.name), DRUMS, notes, beat.name)]


def _parts(parts: Sequence[tuple[Note, ...]], setting: Setting, rng: np.random.Generator) -> list[Line]:
    """Equal parts: all on one chordal player, on an ensemble, on players of all kinds, or only top or outer parts."""
    drawn = rng.random()
    if drawn < 0.40 or len(parts) == 1:
        merged = tuple(sorted((note for part in parts for note in part), key=lambda note: note.start))
        return [_placed(ALL, merged, [PLAYER_OF[name] for name in PARTS_FOR_ALL], setting, rng)]
    if drawn < 0.52:
        parts = parts[:1] if rng.random() < 0.5 or len(parts) < 3 else (parts[0], parts[-1])
    if len(parts) > 1 and drawn < 0.85:
        return _ensemble(parts, setting, rng)
    lines: list[Line] = []
    for part, role in zip(parts, roles_of(len(parts)), strict=True):
        lines.append(_placed(role, part, PLAYERS, _without(setting, lines), rng))
    return lines


def roles_of(n_parts: int) -> list[str]:
    """What equal parts are called, highest first."""
    return ([TOP, *[INNER] * (n_parts - 2), LOWEST] if n_parts > 1 else [MELODY])[:n_parts]


def _ensemble(parts: Sequence[tuple[Note, ...]], setting: Setting, rng: np.random.Generator) -> list[Line]:
    names = list(ENSEMBLES)
    players = ENSEMBLES[names[int(rng.integers(len(names)))]]
    # a piece in fewer parts keeps the highest and the lowest of them
    chosen = players if len(parts) >= len(players) else (*players[: len(parts) - 1], players[-1])
    lowest_last = [*(name for name, _ in zip(cycle(chosen[:-1] or chosen), parts[:-1], strict=False)), chosen[-1]]
    roles = roles_of(len(parts))
    lines = []
    for part, role, name in zip(parts, roles, lowest_last, strict=True):
        shifts = fitting(PLAYER_OF[name], [note.pitch for note in part])
        able = [PLAYER_OF[name]] if shifts else [player for player in PLAYERS if player.family != "bass"]
        lines.append(_placed(role, part, able, replace(setting, avoid=frozenset()), rng))
    return lines


def _beside(
    lines: Sequence[Line], role: str, notes: tuple[Note, ...], setting: Setting, rng: np.random.Generator
) -> Line:
    """A written part on a player that no line has: a chordal one for an accompaniment."""
    able = [player for player in PLAYERS if player.chordal or role != GIVEN]
    return _placed(role, notes, able, _without(setting, lines), rng)


def _placed(
    role: str, notes: tuple[Note, ...], able: Sequence[Player], setting: Setting, rng: np.random.Generator
) -> Line:
    """Notes on a player that they fit, moved by octaves; support keeps to the octave nearest to where it is written."""
    pitches = [note.pitch for note in notes]
    mean = fmean(pitches)
    fresh = [player for player in able if player.name not in setting.avoid]
    places = [(player, shift) for player in fresh for shift in fitting(player, pitches)]
    suited = [place for place in places if abs(place[1]) <= 12 or role in {MELODY, TOP}]
    if not suited:
        anyone = min(fresh or able, key=lambda player: abs((player.low + player.high) / 2 - mean))
        suited = [(anyone, 12 * round(((anyone.low + anyone.high) / 2 - mean) / 12))]
    players = sorted({player.name for player, _ in suited})
    wanted = setting.prefer.get(role)
    name = wanted if wanted in players else players[int(rng.integers(len(players)))]
    shifts = [shift for player, shift in suited if player.name == name]
    lowest = min(shifts, key=abs) if role in {CHORDS, BROKEN, OFFBEAT, BASS, DRONE, GIVEN, INNER, ALL} else None
    shift = int(rng.choice(shifts)) if lowest is None else lowest
    return Line(name, role, tuple(replace(note, pitch=note.pitch + shift) for note in notes))


def _without(setting: Setting, lines: Sequence[Line]) -> Setting:
    return replace(setting, avoid=setting.avoid | {line.player for line in lines})
