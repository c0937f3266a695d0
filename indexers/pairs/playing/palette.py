"""Who can play: General MIDI instruments with the range they are written for, and drum kits."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Player:
    """An instrument.

    `low` and `high` bound its written range as MIDI pitches; `quieter_db` is by how much it is turned down so that all
    players are equally loud at one velocity, measured over its range; `plural` says that its name is one.
    """

    name: str
    program: int
    low: int
    high: int
    family: str
    quieter_db: float = 0.0
    sustains: bool = True
    chordal: bool = False  # one player can play many notes at once
    plural: bool = False
    group: bool = False  # many play, or sound as if they did: never called solo
    other: tuple[str, ...] = ()  # other words for it


@dataclass(frozen=True, slots=True)
class Kit:
    """A drum kit: its General MIDI program on the drum channel."""

    name: str
    program: int
    other: tuple[str, ...] = ()


# No alto saxophone: its preset of the soundfont is silent on the E above middle C.
PLAYERS: tuple[Player, ...] = (
    Player("piano", 0, 28, 100, "keys", 0.0, sustains=False, chordal=True, other=("grand piano",)),
    Player("honky-tonk piano", 3, 36, 96, "keys", 1.5, sustains=False, chordal=True,
           other=("out-of-tune saloon piano",)),
    Player("electric piano", 4, 36, 96, "keys", 6.0, sustains=False, chordal=True, other=("e-piano",)),
    Player("harpsichord", 6, 36, 88, "keys", 1.5, sustains=False, chordal=True),
    Player("celesta", 8, 60, 103, "bells", 2.0, sustains=False, chordal=True),
    Player("glockenspiel", 9, 72, 103, "bells", -6.0, sustains=False),
    Player("music box", 10, 60, 96, "bells", 3.5, sustains=False, chordal=True),
    Player("vibraphone", 11, 53, 89, "mallets", 8.5, sustains=False, chordal=True, other=("vibes",)),
    Player("marimba", 12, 45, 93, "mallets", -1.0, sustains=False, chordal=True),
    Player("xylophone", 13, 65, 103, "mallets", -6.0, sustains=False),
    Player("tubular bells", 14, 57, 79, "bells", 4.5, sustains=False, plural=True, other=("chimes",)),
    Player("hammered dulcimer", 15, 50, 88, "plucked", 0.5, sustains=False, chordal=True),
    Player("church organ", 19, 36, 96, "organ", 3.0, chordal=True, other=("pipe organ",)),
    Player("reed organ", 20, 41, 89, "organ", 6.0, chordal=True, other=("harmonium",)),
    Player("accordion", 21, 53, 91, "organ", 5.0, chordal=True, other=("squeezebox",)),
    Player("harmonica", 22, 60, 91, "woodwind", 5.5, other=("mouth organ",)),
    Player("nylon-string guitar", 24, 40, 81, "guitar", 5.5, sustains=False, chordal=True, other=("classical guitar",)),
    Player("steel-string guitar", 25, 40, 81, "guitar", 2.0, sustains=False, chordal=True, other=("acoustic guitar",)),
    Player("clean electric guitar", 27, 40, 84, "guitar", -2.5, sustains=False, chordal=True),
    Player("distorted electric guitar", 30, 40, 84, "guitar", 5.5,
           other=("heavily distorted guitar", "fuzzy rock guitar")),
    Player("acoustic bass", 32, 28, 55, "bass", 5.5, sustains=False, other=("upright bass",)),
    Player("electric bass", 33, 28, 55, "bass", 6.0, sustains=False, other=("bass guitar",)),
    Player("slap bass", 36, 28, 55, "bass", 6.0, sustains=False),
    Player("synth bass", 38, 28, 55, "bass", 6.5, other=("synthesizer bass",)),
    Player("violin", 40, 55, 98, "strings", 8.0),
    Player("viola", 41, 48, 86, "strings", 8.0),
    Player("cello", 42, 36, 76, "strings", 8.5, other=("violoncello",)),
    Player("double bass", 43, 28, 57, "strings", 6.5, other=("bowed double bass",)),
    Player("pizzicato strings", 45, 36, 88, "strings", 3.0, sustains=False, chordal=True, plural=True, group=True,
           other=("plucked strings",)),
    Player("harp", 46, 31, 98, "plucked", 8.5, sustains=False, chordal=True),
    Player("string ensemble", 48, 36, 93, "strings", 3.5, chordal=True, group=True,
           other=("string section", "orchestral strings")),
    Player("synth strings", 50, 36, 93, "synth", -2.0, chordal=True, plural=True, group=True,
           other=("synthesized strings",)),
    Player("choir", 52, 43, 81, "voices", 3.5, chordal=True, group=True, other=("wordless choir",)),
    Player("trumpet", 56, 54, 84, "brass", 3.5),
    Player("trombone", 57, 40, 72, "brass", 3.0),
    Player("tuba", 58, 28, 58, "brass", 4.0),
    Player("muted trumpet", 59, 54, 84, "brass", -0.5),
    Player("French horn", 60, 41, 77, "brass", 10.0),
    Player("brass section", 61, 40, 84, "brass", -0.5, chordal=True, group=True, other=("brass ensemble",)),
    Player("soprano saxophone", 64, 56, 87, "sax", 4.0, other=("soprano sax",)),
    Player("tenor saxophone", 66, 44, 76, "sax", 4.0, other=("tenor sax",)),
    Player("baritone saxophone", 67, 36, 69, "sax", 1.5, other=("baritone sax",)),
    Player("oboe", 68, 58, 89, "woodwind", 7.0),
    Player("English horn", 69, 52, 81, "woodwind", 7.5, other=("cor anglais",)),
    Player("bassoon", 70, 34, 72, "woodwind", 3.5),
    Player("clarinet", 71, 50, 91, "woodwind", 6.0),
    Player("piccolo", 72, 74, 105, "woodwind", 8.5),
    Player("flute", 73, 60, 94, "woodwind", 9.0),
    Player("recorder", 74, 60, 91, "woodwind", 7.5),
    Player("pan flute", 75, 60, 91, "woodwind", 6.5, other=("panpipes",)),
    Player("ocarina", 79, 60, 88, "woodwind", 9.5),
    Player("square-wave synth", 80, 48, 96, "synth", 8.5, other=("chiptune synth lead",)),
    Player("sawtooth synth lead", 81, 48, 96, "synth", 7.0, other=("buzzing synth lead",)),
    Player("warm synth pad", 89, 40, 88, "synth", -1.0, chordal=True, other=("ambient synth pad",)),
    Player("sitar", 104, 48, 79, "plucked", 0.5, sustains=False),
    Player("banjo", 105, 48, 84, "plucked", 2.5, sustains=False, chordal=True),
    Player("koto", 107, 50, 86, "plucked", 3.0, sustains=False),
    Player("kalimba", 108, 53, 88, "mallets", 4.0, sustains=False, other=("thumb piano",)),
    Player("bagpipes", 109, 55, 81, "woodwind", 6.5, plural=True),
    Player("fiddle", 110, 55, 93, "strings", 7.0, other=("folk fiddle",)),
    Player("steel drums", 114, 60, 91, "mallets", 0.0, sustains=False, plural=True, other=("steel pans",)),
)  # fmt: skip
PLAYER_OF: dict[str, Player] = {player.name: player for player in PLAYERS}

KITS: tuple[Kit, ...] = (
    Kit("drum kit", 0, ("drums", "acoustic drum kit")),
    Kit("rock drum kit", 16, ("rock drums",)),
    Kit("electronic drum kit", 24, ("electronic drums",)),
    Kit("808 drum machine", 25, ("808 drums", "drum machine")),
    Kit("brushed drum kit", 40, ("drums played with brushes",)),
)
KIT_OF: dict[str, Kit] = {kit.name: kit for kit in KITS}

# players that sound well together, highest first, for scores in several parts
ENSEMBLES: dict[str, tuple[str, ...]] = {
    "string quartet": ("violin", "violin", "viola", "cello"),
    "woodwinds": ("flute", "oboe", "clarinet", "bassoon"),
    "brass": ("trumpet", "trumpet", "French horn", "trombone", "tuba"),
    "saxophones": ("soprano saxophone", "tenor saxophone", "tenor saxophone", "baritone saxophone"),
    "recorders": ("recorder", "recorder", "recorder", "bassoon"),
    "low mixed": ("clarinet", "viola", "French horn", "cello"),
    "plucked": ("harp", "nylon-string guitar", "nylon-string guitar", "acoustic bass"),
    "mallets": ("vibraphone", "marimba", "marimba", "acoustic bass"),
    "chamber": ("flute", "violin", "viola", "cello"),
    "reeds": ("oboe", "clarinet", "English horn", "bassoon"),
    "rock": ("distorted electric guitar", "clean electric guitar", "electric piano", "electric bass"),
    "synths": ("sawtooth synth lead", "square-wave synth", "warm synth pad", "synth bass"),
    "horn and strings": ("French horn", "violin", "viola", "double bass"),
}


def fitting(player: Player, pitches: Sequence[int]) -> list[int]:
    """By how many semitones, in whole octaves, a line may move to suit a player; none where its span is too wide.

    At most one note in twenty at either end may still lie outside the player's range.
    """
    lowest, highest = np.quantile(pitches, (0.05, 0.95))
    shifts = (12 * octaves for octaves in range(-4, 5))
    return [shift for shift in shifts if player.low <= lowest + shift and highest + shift <= player.high]
