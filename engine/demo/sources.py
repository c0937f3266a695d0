"""Where the demo's pieces come from: parts of the music21 corpus, and how each is played."""

from collections.abc import Mapping
from dataclasses import dataclass, field

VOICES = ("choir", "choir with organ", "organ")
QUARTETS = ("string quartet", "string quartet", "piano")
EARLY = ("recorders", "choir", "harp", "viols", "organ")
DANCES = ("fiddle", "banjo", "accordion", "rock band", "tin whistle", "electronic", "marimba")
IRISH = ("tin whistle", "harp", "bagpipe", "fiddle", "steel guitar", "saxophone")
SONGS = ("classical guitar", "flute", "music box", "clarinet", "voice", "synthesizer", "cello")
MARCHES = ("fife and drum", "bagpipe", "harpsichord", "trumpet", "rock band")
PIANO = ("piano",)
TRECENTO = r"/(?:PMFC_\d+)(?:_[A-Z][a-z]+|-Jacopo)?(?:[-_]\d+\w?)?[-_](.+?)(?: PMFC.*)?\.xml"


@dataclass(frozen=True, slots=True)
class Source:
    """A collection: which files of the corpus, what to call them, and how they may be played.

    `count` is its share of a demo of 160 pieces. `title` makes a title from the file's name with the groups of
    `naming`; where it is empty the score's own title is used. `named` names single files that have no common pattern:
    path to composer, title and year. `tempo_bpm` counts quarter notes.
    """

    album: str
    artist: str
    genre: str
    year: int
    pattern: str
    count: int
    settings: tuple[str, ...]
    tempo_bpm: tuple[int, int]
    what: str
    naming: str = ""
    title: str = ""
    tunes: bool = False  # each file is a book of numbered tunes
    named: Mapping[str, tuple[str, str, int]] = field(default_factory=dict)


ROMANTIC = {
    "schumann_clara/polonaise_op1n1.mxl": ("Clara Schumann", "Polonaise, Op. 1 No. 1", 1831),
    "schumann_clara/polonaise_op1n2.mxl": ("Clara Schumann", "Polonaise, Op. 1 No. 2", 1831),
    "schumann_clara/polonaise_op1n3.mxl": ("Clara Schumann", "Polonaise, Op. 1 No. 3", 1831),
    "schumann_clara/polonaise_op1n4.mxl": ("Clara Schumann", "Polonaise, Op. 1 No. 4", 1831),
    "schumann_robert/opus48no2.mxl": ("Robert Schumann", "Aus meinen Tränen sprießen", 1840),
    "schubert/Lindenbaum.xml": ("Franz Schubert", "Der Lindenbaum", 1827),
    "chopin/mazurka06-2.krn": ("Frédéric Chopin", "Mazurka in C-sharp Minor, Op. 6 No. 2", 1830),
    "beach/prayer_of_a_tired_child.musicxml": ("Amy Beach", "Prayer of a Tired Child, Op. 75 No. 4", 1914),
    "schoenberg/opus19/movement2.mxl": ("Arnold Schoenberg", "Little Piano Piece, Op. 19 No. 2", 1911),
    "schoenberg/opus19/movement6.mxl": ("Arnold Schoenberg", "Little Piano Piece, Op. 19 No. 6", 1911),
}
RAGTIME = {
    "joplin/maple_leaf_rag.mxl": ("Scott Joplin", "Maple Leaf Rag", 1899),
    "leadSheet/berlinAlexandersRagtime.mxl": ("Irving Berlin", "Alexander's Ragtime Band", 1911),
    "leadSheet/fosterBrownHair.mxl": ("Stephen Foster", "Jeanie With the Light Brown Hair", 1854),
    "johnson_j_r/lift_every_voice.mxl": ("J. Rosamond Johnson", "Lift Every Voice and Sing", 1905),
    "liliuokalani/aloha_oe.mxl": ("Liliʻuokalani", "Aloha ʻOe", 1878),
}
BAROQUE = {
    "corelli/opus3no1/1grave.xml": ("Arcangelo Corelli", "Sonata da Chiesa, Op. 3 No. 1: Grave", 1689),
    "handel/rinaldo/Lascia_chio_pianga.mxl": ("George Frideric Handel", "Lascia ch'io pianga", 1711),
    "cpebach/h186.mxl": ("Carl Philipp Emanuel Bach", "Keyboard Piece, H. 186", 1766),
}
STAGE = {
    "verdi/laDonnaEMobile.mxl": ("Giuseppe Verdi", "La donna è mobile", 1851),
    "weber/concertino_clarinet.mxl": ("Carl Maria von Weber", "Clarinet Concertino, Op. 26", 1811),
}

SOURCES: tuple[Source, ...] = (
    Source(
        "Chorales", "Johann Sebastian Bach", "baroque", 1730, "bach/bwv[0-9]*.mxl", 18,
        (*VOICES, "brass", "harpsichord"), (66, 92), "chorale", r"bwv([\w.-]+)\.mxl", "Chorale, BWV {0}",
    ),
    Source(
        "Quartets", "Ludwig van Beethoven", "classical", 1806, "beethoven/opus*/movement*.mxl", 8,
        QUARTETS, (96, 138), "quartet movement", r"opus(\d+)no(\d+)/movement(\d+)",
        "String Quartet, Op. {0} No. {1}: movement {2}",
    ),
    Source(
        "Quartets of Vienna", "Wolfgang Amadeus Mozart", "classical", 1775, "mozart/k*/movement*.mxl", 11,
        QUARTETS, (92, 140), "quartet movement", r"k(\d+)/movement(\d+)", "K. {0}: movement {1}",
    ),
    Source(
        "Quartets of Esterházy", "Joseph Haydn", "classical", 1762, "haydn/opus*/movement*.mxl", 7,
        QUARTETS, (90, 132), "quartet movement", r"opus(\d+)no(\d+)/movement(\d+)",
        "String Quartet, Op. {0} No. {1}: movement {2}",
    ),
    Source(
        "Masses", "Giovanni Pierluigi da Palestrina", "renaissance", 1570, "palestrina/*_[0-9][0-9].krn", 14,
        VOICES, (150, 190), "mass movement", r"/([A-Z]\w+?)_(\d+)\.krn", "{0}, mass {1}",
    ),
    Source(
        "Madrigals", "Claudio Monteverdi", "renaissance", 1603, "monteverdi/madrigal.[3-5].[0-9]*.mxl", 14,
        ("choir", "recorders", "brass", "choir", "harpsichord"), (100, 140), "madrigal",
        r"madrigal\.(\d)\.(\d+)\.mxl", "Madrigals, Book {0}: No. {1}",
    ),
    Source(
        "Manuscripts of the Trecento", "Anonymous", "medieval", 1370, "trecento/PMFC_*.xml", 12,
        EARLY, (100, 140), "medieval polyphony", TRECENTO, "{0}",
    ),
    Source("Salon and Song", "", "romantic", 1840, "", 10, PIANO, (76, 116), "salon piece", named=ROMANTIC),
    Source("American Parlour", "", "ragtime", 1900, "", 5, ("honky-tonk piano",), (84, 108), "song", named=RAGTIME),
    Source("Baroque Rooms", "", "baroque", 1711, "", 3, ("harpsichord",), (60, 84), "chamber piece", named=BAROQUE),
    Source("From the Stage", "", "opera", 1850, "", 2, ("orchestra",), (110, 132), "stage piece", named=STAGE),
    Source(
        "Ryan's Mammoth Collection", "William Bradbury Ryan", "folk", 1883, "ryansMammoth/*.abc", 20,
        DANCES, (150, 200), "dance tune",
    ),
    Source(
        "O'Neill's Music of Ireland", "Francis O'Neill", "folk", 1903, "oneills1850/*.abc", 18,
        IRISH, (90, 180), "Irish tune", tunes=True,
    ),
    Source(
        "Aird's Airs", "James Aird", "folk", 1782, "airdsAirs/book*.abc", 12, MARCHES, (96, 140), "Scottish air",
        tunes=True,
    ),
    Source(
        "Essen Folk Songs", "Traditional", "folk", 1850, "essenFolksong/[bdefhiklz]*.abc", 18, SONGS, (80, 130),
        "folk song", tunes=True,
    ),
)  # fmt: skip
