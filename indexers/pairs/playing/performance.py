"""What was really played: notes in seconds with their loudness, by whom and in what part."""

from dataclasses import dataclass

from indexers.scores.key import Key

MELODY, OCTAVE, SECOND = "melody", "doubling", "second melody"
CHORDS, BROKEN, OFFBEAT = "sustained chords", "broken chords", "off-beat chords"
BASS, DRONE, GIVEN = "bass line", "drone", "accompaniment"
TOP, INNER, LOWEST, ALL = "top line", "inner part", "lowest part", "all parts"
DRUMS = "drums"
SUPPORT = frozenset({CHORDS, BROKEN, OFFBEAT, BASS, DRONE, GIVEN})


@dataclass(frozen=True, slots=True)
class Sounding:
    """One note: when it begins and ends in seconds, its MIDI pitch (a drum's key), and its velocity of 1 to 127."""

    start_s: float
    end_s: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Voice:
    """What one player plays: a name of the palette (a kit's for drums), its role, and the drums' beat by name."""

    player: str
    role: str
    notes: tuple[Sounding, ...]
    beat: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one tempo and one way of playing; a clip has one, a long track one for each section.

    `beat` is a beat's length in quarter notes, `metre` empty where it is not known; `home` is the key of the whole
    piece as it is played here, None where that is not clear.
    """

    start_s: float
    end_s: float
    bpm: int
    beat: float
    metre: str
    home: Key | None = None


@dataclass(frozen=True, slots=True)
class Performance:
    """Everything that sounds, and the spans it is made of, in order and without gaps."""

    voices: tuple[Voice, ...]
    spans: tuple[Span, ...]
    style: str = ""

    @property
    def length_s(self) -> float:
        """How long it lasts."""
        return self.spans[-1].end_s

    @property
    def has_lead(self) -> bool:
        """Whether anything sounds that is not there to accompany."""
        return any(voice.role not in SUPPORT | {DRUMS} for voice in self.voices)

    @property
    def notes_per_s(self) -> float:
        """How many moments a second there are at which pitched notes begin."""
        return (
            len({note.start_s for voice in self.voices if voice.role != DRUMS for note in voice.notes}) / self.length_s
        )

    @property
    def longest_silence_s(self) -> float:
        """The longest time in which nothing sounds."""
        ended_s, longest_s = 0.0, 0.0
        for note in sorted((note for voice in self.voices for note in voice.notes), key=lambda note: note.start_s):
            longest_s = max(longest_s, note.start_s - ended_s)
            ended_s = max(ended_s, note.end_s)
        return max(longest_s, self.length_s - ended_s)

    @property
    def voices_at_once(self) -> int:
        """How many voices its fullest span has."""
        begun = [[span.start_s <= voice.notes[0].start_s < span.end_s for voice in self.voices] for span in self.spans]
        return max(map(sum, begun))
