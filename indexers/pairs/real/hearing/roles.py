"""What part each class of the taggers plays in a caption, and what it is called there."""

from dataclasses import dataclass
from functools import cache

from indexers.encoders.classes import TAG_ENCODERS, class_names

INSTRUMENT, GENRE, MOOD, VOICE, PACE, SOUND, PLACE, NOTHING = (
    "instrument", "genre", "mood", "voice", "pace", "sound", "place", "",
)  # fmt: skip

# The Last.fm and MagnaTagATune tags that say something that can be heard; the others play no part.
_TAGS = {
    GENRE: (
        "rock", "pop", "indie", "electronic", "dance", "alternative rock", "jazz", "metal", "soul", "indie rock",
        "electronica", "folk", "punk", "blues", "hard rock", "ambient", "experimental", "Hip-Hop", "country", "funk",
        "electro", "heavy metal", "Progressive rock", "rnb", "indie pop", "House", "classical", "techno", "indian",
        "opera", "new age", "choral",
    ),
    INSTRUMENT: (
        "guitar", "strings", "drums", "piano", "violin", "synth", "harpsichord", "flute", "sitar", "harp", "cello",
    ),
    MOOD: ("chillout", "Mellow", "chill", "party", "catchy", "sad", "happy", "weird"),
    VOICE: ("female vocalists", "male vocalists", "female vocalist", "vocal", "female", "male", "singing", "vocals",
            "woman", "man", "male vocal", "choir", "voice", "male voice", "female vocal", "female voice"),
    PACE: ("slow", "fast"),
}  # fmt: skip
_CALLED = {
    "Hip-Hop": "hip hop", "House": "house", "Mellow": "mellow", "Progressive rock": "progressive rock", "rnb": "R&B",
    "chillout": "laid-back", "chill": "relaxed", "synth": "synthesizer", "party": "lively", "indian": "Indian",
    "female vocalists": "female vocals", "female vocalist": "female vocals", "female": "female vocals",
    "woman": "female vocals", "female voice": "female vocals", "female vocal": "female vocals",
    "male vocalists": "male vocals", "male": "male vocals", "man": "male vocals", "male voice": "male vocals",
    "male vocal": "male vocals", "vocal": "vocals", "voice": "vocals", "singing": "vocals", "choir": "choir singing",
}  # fmt: skip

# YAMNet's classes come in the order of AudioSet's ontology: the first class of each stretch, and its part.
_STRETCHES = (
    ("Speech", VOICE), ("Laughter", SOUND), ("Singing", VOICE), ("Groan", SOUND), ("Music", NOTHING),
    ("Plucked string instrument", INSTRUMENT), ("Pop music", GENRE), ("Song", NOTHING), ("Happy music", MOOD),
    ("Wind", SOUND), ("Inside, small room", NOTHING),
)  # fmt: skip
_SILENT = frozenset({  # too general to tell anything, or no sound of its own
    "Percussion", "Keyboard (musical)", "Wind instrument, woodwind instrument", "Animal", "Wild animals", "Vehicle",
    "Domestic animals, pets", "Livestock, farm animals, working animals", "Canidae, dogs, wolves", "Mechanisms",
    "Motor vehicle (road)", "Tools", "Hands", "Wood", "Liquid", "Silence", "Sound effect", "Effects unit", "Harmonic",
    "Chorus effect", "Musical instrument", "Tapping (guitar technique)", "Scratching (performance technique)",
    "Independent music", "Music of Asia", "Music of Africa", "Fowl", "Cattle, bovinae", "Glass", "Insect", "Run",
    "Brass instrument", "Bowed string instrument", "Plucked string instrument", "Vocal music", "Mantra", "Sampler",
    "Change ringing (campanology)", "Traditional music", "Heart murmur", "Engine", "Alarm", "Wind noise (microphone)",
    "Bell", "Christian music", "Christmas music", "Wedding music", "Music for children", "Music of Bollywood",
    "Light engine (high frequency)", "Medium engine (mid frequency)", "Heavy engine (low frequency)", "Arrow",
})  # fmt: skip
_PLACES = {
    "Inside, small room": "in a small room", "Inside, large room or hall": "in a large hall",
    "Outside, urban or manmade": "in a town", "Outside, rural or natural": "out in the country",
    "Static": "with static", "White noise": "with white noise", "Echo": "with an echo",
}  # fmt: skip
_MUSIC_ENDINGS = {"Pop music": "pop", "Rock music": "rock", "Hip hop music": "hip hop", "Soul music": "soul"}
_MOODS = {"Happy music": "happy", "Sad music": "sad", "Tender music": "tender", "Exciting music": "exciting",
          "Angry music": "angry", "Scary music": "scary"}  # fmt: skip
MUSIC = "Music"


@dataclass(frozen=True, slots=True)
class Role:
    """A class's part in a caption, empty where it has none, and the words that stand for it."""

    part: str
    words: str


@cache
def roles() -> tuple[Role, ...]:
    """The part of each class, in the order of `class_names(TAG_ENCODERS)`."""
    tags = {name: Role(part, _CALLED.get(name, name)) for part, names in _TAGS.items() for name in names}
    musicnn = [tags.get(name, Role(NOTHING, name)) for name in class_names(TAG_ENCODERS[:2])]
    return (*musicnn, *_yamnet())


@cache
def music_row() -> int:
    """The row of the class that says that something is music."""
    return len(class_names(TAG_ENCODERS[:2])) + class_names(TAG_ENCODERS[2:]).index(MUSIC)


def _yamnet() -> list[Role]:
    starts, part = dict(_STRETCHES), NOTHING
    found = []
    for name in class_names(TAG_ENCODERS[2:]):
        part = starts.get(name, part)
        if name in _PLACES:
            found.append(Role(PLACE, _PLACES[name]))
        else:
            found.append(Role(NOTHING if name in _SILENT else part, plain(name)))
    return found


def plain(name: str) -> str:
    """A class's name as words within a sentence: "violin" for "Violin, fiddle"."""
    known = _MOODS.get(name) or _MUSIC_ENDINGS.get(name)
    if known:
        return known
    first = name.split(",", maxsplit=1)[0].split(" (", maxsplit=1)[0].strip()
    return first if first.startswith(("Middle East", "Music of Latin")) else first.lower()
