"""Playing a score on chosen instruments: plain notes to General MIDI."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from indexers.scores.notes import Note, Score

REPEAT_BELOW_S = 30.0  # a shorter tune is played again, as dancers do
KICK, SNARE, HAT = 36, 38, 42
SIDE_DRUM = ((SNARE, 0.0, 88), (SNARE, 0.5, 60), (SNARE, 0.75, 60))
ROCK = ((KICK, 0.0, 105), (HAT, 0.0, 70), (HAT, 0.5, 60), (SNARE, 1.0, 105), (HAT, 1.0, 70), (HAT, 1.5, 60))
FOUR = ((KICK, 0.0, 118), (HAT, 0.5, 84))


@dataclass(frozen=True, slots=True)
class Layer:
    """A copy of the melody in another place: a program, semitones up or down, and a loudness of 1 to 127."""

    program: int
    shift: int
    velocity: int = 84


@dataclass(frozen=True, slots=True)
class Setting:
    """Who plays: programs for the parts of a score, in turn, layers that double them, drums that repeat every bar.

    `bar` is in quarter notes; a drum is its key, its beat in the bar and its loudness.
    """

    words: str
    programs: tuple[int, ...]
    layers: tuple[Layer, ...] = ()
    drums: tuple[tuple[int, float, int], ...] = ()
    bar: float = 1.0


SETTINGS: dict[str, Setting] = {
    "choir": Setting("choir, voices singing without words", (52,)),
    "choir with organ": Setting("choir and church organ", (52,), (Layer(19, 0, 60), Layer(19, -12, 60))),
    "organ": Setting("church organ", (19,)),
    "brass": Setting("brass ensemble with trumpets, horns and trombones", (56, 60, 57, 58)),
    "harpsichord": Setting("harpsichord", (6,)),
    "piano": Setting("solo piano", (0,)),
    "honky-tonk piano": Setting("honky-tonk piano", (3,)),
    "string quartet": Setting("string quartet with violins, viola and cello", (40, 40, 41, 42)),
    "viols": Setting("bowed strings", (48, 48, 48, 43)),
    "orchestra": Setting("orchestra with strings, horns and flute", (73, 48, 60, 48, 43)),
    "recorders": Setting("recorders", (74,)),
    "harp": Setting("harp", (46,)),
    "fiddle": Setting("solo fiddle", (110,)),
    "banjo": Setting("banjo", (105,)),
    "accordion": Setting("accordion", (21,)),
    "tin whistle": Setting("tin whistle", (72,)),
    "marimba": Setting("marimba", (12,)),
    "bagpipe": Setting("bagpipe", (109,), (Layer(109, -12, 50),)),
    "steel guitar": Setting("steel-string acoustic guitar", (25,)),
    "classical guitar": Setting("classical guitar with nylon strings", (24,)),
    "saxophone": Setting("solo saxophone", (65,)),
    "flute": Setting("solo flute", (73,)),
    "music box": Setting("music box", (10,)),
    "clarinet": Setting("solo clarinet", (71,)),
    "cello": Setting("solo cello", (42,)),
    "trumpet": Setting("solo trumpet", (56,)),
    "voice": Setting("a wordless voice", (53,)),
    "synthesizer": Setting("synthesizer pad", (81,), (Layer(89, -12, 70),)),
    "fife and drum": Setting("piccolo and side drum, a march", (72,), drums=SIDE_DRUM),
    "rock band": Setting(
        "distorted electric guitar, electric bass and drums, rock",
        (30,), (Layer(30, -5, 76), Layer(30, -12, 76), Layer(34, -24, 92)), ROCK, 2.0,
    ),
    "electronic": Setting(
        "synthesizers and a drum machine, electronic dance", (81,), (Layer(38, -24, 100), Layer(90, -12, 60)), FOUR
    ),
}  # fmt: skip


def to_midi(score: Score, setting: Setting, tempo_bpm: int, longest_s: float) -> bytes:
    """Write a score as a MIDI file.

    Args:
        score: The notes.
        setting: Who plays them.
        tempo_bpm: Quarter notes a minute.
        longest_s: Notes that start later are left out.
    """
    from pretty_midi import Instrument, PrettyMIDI
    from pretty_midi import Note as Sounding

    beat_s = 60.0 / tempo_bpm
    midi = PrettyMIDI(initial_tempo=tempo_bpm)
    for program, velocity, notes in _voices(_repeated(score, beat_s), setting):
        player = Instrument(program)
        for note in notes:
            if note.start * beat_s < longest_s and 0 <= note.pitch <= 127:
                stop_s = min((note.start + note.length) * beat_s, longest_s)
                player.notes.append(Sounding(velocity, note.pitch, note.start * beat_s, stop_s))
        midi.instruments.append(player)
    length_s = min(midi.get_end_time(), longest_s)
    if setting.drums:
        drums = Instrument(0, is_drum=True)
        drums.notes.extend(Sounding(loud, key, at, at + 0.1) for key, at, loud in _beats(setting, beat_s, length_s))
        midi.instruments.append(drums)
    stream = io.BytesIO()
    midi.write(stream)
    return stream.getvalue()


def _voices(score: Score, setting: Setting) -> Iterator[tuple[int, int, tuple[Note, ...]]]:
    for place, part in enumerate(score.parts):
        yield setting.programs[place % len(setting.programs)], 92, part
    for layer in setting.layers:
        for part in score.parts[:4]:
            moved = tuple(Note(note.start, note.length, note.pitch + layer.shift) for note in part)
            yield layer.program, layer.velocity, moved


def _repeated(score: Score, beat_s: float) -> Score:
    """The score often enough in a row to last `REPEAT_BELOW_S`."""
    length = -(-score.length // 1)
    times = max(1, -(-int(REPEAT_BELOW_S) // max(int(length * beat_s), 1)))
    turns = [turn * length for turn in range(times)]
    parts = tuple(
        tuple(Note(note.start + turn, note.length, note.pitch) for turn in turns for note in part)
        for part in score.parts
    )
    return Score(score.title, parts)


def _beats(setting: Setting, beat_s: float, length_s: float) -> Iterator[tuple[int, float, int]]:
    bar = 0
    while bar * setting.bar * beat_s < length_s:
        for key, beat, loud in setting.drums:
            yield key, (bar * setting.bar + beat) * beat_s, loud
        bar += 1
