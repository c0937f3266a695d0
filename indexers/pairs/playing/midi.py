"""Writing a performance as MIDI."""

import io
from collections import defaultdict
from collections.abc import Iterable, Sequence

from indexers.errors import ConfigError
from indexers.pairs.playing.palette import KIT_OF, PLAYER_OF
from indexers.pairs.playing.performance import DRUMS, Performance, Sounding

TICKS = 960  # a quarter note
VOLUME, FULL = 7, 100  # the controller for a channel's volume, and its value for players that are not turned down
DRUM_VOLUME = 76  # kits are 5 dB louder than the players
SQUARE_DB = 40.0  # General MIDI: a volume v is 40 log10(v / 127) decibels
MOST_PLAYERS = 15


def to_midi(performance: Performance) -> bytes:
    """Write a performance as a MIDI file at 120 beats a minute, one channel a player.

    Where two voices of one player hold the same pitch at once, it sounds once: a channel knows no more.

    Raises:
        ConfigError: more than `MOST_PLAYERS` players.
    """
    from pretty_midi import ControlChange, Instrument, Note, PrettyMIDI

    notes, kits = _by_player(performance)
    if len(notes) > MOST_PLAYERS:
        raise ConfigError(f"{len(notes)} players are too many for MIDI: at most {MOST_PLAYERS}")
    midi = PrettyMIDI(resolution=TICKS, initial_tempo=120)
    for name, sounding in (*notes.items(), *kits.items()):
        is_drum = name in kits
        program = KIT_OF[name].program if is_drum else PLAYER_OF[name].program
        instrument = Instrument(program, is_drum=is_drum)
        level = DRUM_VOLUME if is_drum else volume(PLAYER_OF[name].quieter_db)
        instrument.control_changes.append(ControlChange(VOLUME, level, 0.0))
        instrument.notes = [Note(one.velocity, one.pitch, one.start_s, one.end_s) for one in once_each(sounding)]
        midi.instruments.append(instrument)
    stream = io.BytesIO()
    midi.write(stream)
    return stream.getvalue()


def volume(quieter_db: float) -> int:
    """The controller's value that turns a player down by so many decibels."""
    return max(1, min(127, round(FULL * 10 ** (-quieter_db / SQUARE_DB))))


def once_each(notes: Iterable[Sounding]) -> list[Sounding]:
    """Notes in order, each pitch at most once at a time: an earlier one ends where the next begins."""
    ordered = sorted(notes, key=lambda note: (note.pitch, note.start_s, -note.end_s))
    kept: list[Sounding] = []
    for note in ordered:
        before = kept[-1] if kept and kept[-1].pitch == note.pitch else None
        if before is not None and note.start_s < before.start_s + 1e-3:
            continue
        if before is not None and before.end_s > note.start_s:
            kept[-1] = Sounding(before.start_s, note.start_s, before.pitch, before.velocity)
        kept.append(note)
    return sorted(kept, key=lambda note: (note.start_s, note.pitch))


def _by_player(performance: Performance) -> tuple[dict[str, Sequence[Sounding]], dict[str, Sequence[Sounding]]]:
    notes: dict[str, list[Sounding]] = defaultdict(list)
    kits: dict[str, list[Sounding]] = defaultdict(list)
    for voice in performance.voices:
        (kits if voice.role == DRUMS else notes)[voice.player].extend(voice.notes)
    return dict(notes), dict(kits)
