"""Continuing playlists over tracks, sounds and a model that a test writes down."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from engine.config import ContinuationSettings
from engine.continuation.candidates import Candidates
from engine.continuation.choose import devoted_to
from engine.continuation.continuer import Continuer
from engine.continuation.inputs import Changes, Pasted
from engine.continuation.learnt import Learnt
from engine.continuation.model import ColdTracks, ContinuationModel
from engine.continuation.reading import Reader
from engine.continuation.seeds import Finder
from indexers.catalog.corpus import Vocabulary, fold
from indexers.catalog.tables import PLAYLISTS
from indexers.errors import PlaylistError, QueryError
from rankers.blend import Blend
from rankers.groups import Groups
from rankers.suite import Suite

# sounds in a plane: 0, 1, 2 and 6 are near one another, 3, 4 and 5 elsewhere; 6 is 1 once more
SOUNDS = [[1, 0], [1, 0.1], [1, 0.3], [0, 1], [-0.1, 1], [-1, 0], [1, 0.1]]
TAGS = [[0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 3, 0], [0, 0, 3], [0, 0, 0], [0, 0, 0]]
ARTISTS = ["Ann", "Ann", "Bob", "Bob", "Cat", None, "Ann"]
TITLES = ["One", "Two", "Three", "Four", "Five", "Six", "Two again"]


@dataclass
class FakeArm:
    """Scores are a table: seed row to one score per track, added up."""

    table: np.ndarray
    name: str = "als"
    asked: list = field(default_factory=list)

    @property
    def n_tracks(self):
        return len(self.table)

    def score(self, seeds):
        self.asked.append(seeds)
        return self.table[seeds.rows].sum(axis=0).astype(np.float32)


def model_of(arm, weight=1.0):
    """Knows Four, Five, a track that the library lacks, and One."""
    names = (("Bob", "Four"), ("Cat", "Five"), ("Dan", "Gone"), ("Ann", "One"))
    keys = tuple((fold(artist), fold(title)) for artist, title in names)
    vocabulary = Vocabulary(keys, *zip(*names, strict=True), ("",) * 4)
    facts = SimpleNamespace(counts=np.full(4, 10**12))  # so many playlists that what they say is trusted
    suite = Suite((arm,), facts, Blend(("als",), {0: (weight,)}))
    return ContinuationModel(suite, vocabulary, "9 playlists", ColdTracks((), np.empty((0, 2), dtype=np.float32)))


@pytest.fixture
def shelf(shelve):
    return shelve(TAGS, SOUNDS, artist=ARTISTS, title=TITLES, group=[0, 1, 2, 3, 4, 5, 1])


@pytest.fixture
def continuer_of(shelf):
    def make(model=None, **settings):
        import polars as pl

        chosen = ContinuationSettings(**{"relevance": 1.0, **settings})
        finder = Finder(shelf.tracks, model.vocabulary if model else None, 0.9)
        learnt = Learnt(model, finder, tuple(shelf.tracks["track_id"])) if model else None
        candidates = Candidates(shelf, weigh, chosen, learnt)
        groups = Groups(shelf.tracks["group"].to_numpy().astype(np.int64))
        return Continuer(shelf, groups, candidates, Reader(shelf, pl.DataFrame(schema=PLAYLISTS), finder), chosen)

    return make


def weigh(text):
    return np.array([float(name in text.split()) for name in ("guitar", "piano", "rain")], dtype=np.float32)


def ids(*rows):
    return [f"{row:032x}" for row in rows]


def titles(answer):
    return [track.title for track in answer.tracks]


def test_by_sound_alone_near_tracks_come_first_and_each_recording_once(continuer_of):
    answer = continuer_of().continue_playlist(ids(0), 10, Changes())
    assert titles(answer) == ["Two", "Three", "Four", "Five", "Six"]
    assert answer.tracks[0].rank == 1
    assert answer.tracks[0].brought_by == "sound"
    assert answer.tracks[0].nearest_seed == "One"
    assert answer.tracks[0].arms["sound"] == pytest.approx(answer.tracks[0].score)
    assert answer.learnt_from == ""
    assert set(answer.parts_ms) == {"seeds", "learnt", "sound", "name", "blend", "list", "reasons"}


def test_scores_are_the_sums_of_standardised_arms(continuer_of, shelf):
    answer = continuer_of().continue_playlist(ids(0), 10, Changes(name="piano"))
    cosines = shelf.music @ shelf.music[0]
    heard = np.array([0, 0, 0, 3, 0, 0, 0])
    expected = (cosines - cosines.mean()) / cosines.std() + 0.5 * (heard - heard.mean()) / heard.std()
    found = {track.title: track.score for track in answer.tracks}
    assert found == pytest.approx({TITLES[row]: expected[row] for row in (1, 2, 3, 4, 5)}, abs=1e-5)
    four = next(track for track in answer.tracks if track.title == "Four")
    assert four.brought_by == "taggram"


def test_a_name_alone_goes_by_what_is_heard_and_by_words(continuer_of):
    answer = continuer_of().continue_playlist((), 2, Changes(name="rain"))
    assert titles(answer)[0] == "Five"
    assert answer.seeds == ()
    assert answer.name == "rain"
    assert answer.tracks[0].nearest_seed == ""
    assert titles(continuer_of().continue_playlist((), 2, Changes(name="three")))[0] == "Three"


def test_refused_tracks_and_their_duplicates_never_come_and_push_away(continuer_of, shelf):
    answer = continuer_of().continue_playlist(ids(0), 10, Changes(unlike=tuple(ids(6))))
    raw = shelf.music @ shelf.music[0] - 0.5 * np.maximum(shelf.music @ shelf.music[6], 0)
    expected = (raw - raw.mean()) / raw.std()
    found = {track.title: track.score for track in answer.tracks}
    assert found == pytest.approx({TITLES[row]: expected[row] for row in (2, 3, 4, 5)}, abs=1e-5)


def test_a_refused_seed_is_no_seed_any_more(continuer_of):
    answer = continuer_of().continue_playlist(ids(0, 3), 10, Changes(unlike=tuple(ids(0))))
    assert [seed.title for seed in answer.seeds] == ["Four"]
    assert titles(answer)[0] == "Five"


def test_kept_tracks_are_seeds_too_each_once(continuer_of):
    answer = continuer_of().continue_playlist(ids(0, 0), 10, Changes(keep=tuple(ids(3, 0, 3))))
    assert [seed.title for seed in answer.seeds] == ["One", "Four"]
    assert {"One", "Four"}.isdisjoint(titles(answer))


def test_what_other_playlists_say_joins_in(continuer_of):
    table = np.array([[0, 0, 0, 0], [0, 0, 0, 0], [5, 0, 0, 1], [4, 1, 0, 0]])
    arm = FakeArm(table)
    continuer = continuer_of(model_of(arm, 3.0), sound_weight=0, learnt_weight=2.0)  # all learnt arms together weigh 2
    answer = continuer.continue_playlist(Pasted("Dan - Gone\nnobody - knows"), 10, Changes(name="x"))
    assert [(seed.title, seed.tier, seed.track_id) for seed in answer.seeds] == [("Gone", "named", "")]
    assert [(entry.written, entry.reason) for entry in answer.unmatched] == [("nobody - knows", "unmatched")]
    assert titles(answer)[:2] == ["Four", "One"]
    scores = np.array([1, 0, 0, 5, 0, 0, 0])  # of the library: those that the model does not know get the lowest
    assert answer.tracks[0].arms["als"] == pytest.approx(2 * (5 - scores.mean()) / scores.std(), rel=1e-5)
    assert answer.learnt_from == "9 playlists"
    assert arm.asked[0].rows.tolist() == [2]
    assert arm.asked[0].name == "x"
    assert arm.asked[0].day > 738_000  # today, for no date was said


def test_a_library_seed_is_known_to_the_model_by_its_name_and_its_name_never_comes(continuer_of, shelf):
    arm = FakeArm(np.ones((4, 4)) + np.eye(4))
    answer = continuer_of(model_of(arm, 1.0)).continue_playlist(ids(0, 3), 10, Changes())
    assert arm.asked[0].rows.tolist() == [3, 0]
    assert {"One", "Four"}.isdisjoint(titles(answer))


def test_refused_tracks_count_against_in_the_model_too(continuer_of):
    arm = FakeArm(np.array([[0, 9, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 8, 0, 4]]))
    continuer = continuer_of(model_of(arm, 1.0), sound_weight=0, unlike_weight=2.0)
    assert titles(continuer.continue_playlist(ids(0), 10, Changes()))[0] == "Five"
    answer = continuer.continue_playlist(ids(0), 10, Changes(unlike=tuple(ids(3))))
    (five,) = (track for track in answer.tracks if track.title == "Five")
    raw = np.array([4, -10, -10, 0, -10, -10, -10])  # Five: 8 - 2 · 9; those that the model does not know: the lowest
    assert five.score == pytest.approx((-10 - raw.mean()) / raw.std(), rel=1e-5)


def test_only_the_last_seeds_of_a_long_playlist_count(continuer_of):
    continuer = continuer_of(last_seeds=1)
    answer = continuer.continue_playlist(ids(0, 3), 10, Changes())
    assert titles(answer)[0] == "Five"
    assert len(answer.seeds) == 2
    assert "One" not in titles(answer)


def test_an_artist_comes_so_often_and_then_waits(continuer_of):
    capped = continuer_of(artist_cap=1).continue_playlist(ids(5), 10, Changes())
    assert titles(capped)[-1] in {"One", "Two", "Three", "Four"}
    first = [track.artist for track in capped.tracks[:3]]
    assert sorted(first) == ["Ann", "Bob", "Cat"]


def test_artists_that_a_playlist_is_about_are_not_capped():
    assert devoted_to(["Ann", "ann", "Bob", "Cat", "Dan", "Eve"]) == {"ann"}
    assert devoted_to(["Ann", "Bob"]) == set()
    assert devoted_to(["", "", ""]) == set()


@pytest.mark.parametrize(
    ("playlist", "name", "message"),
    [
        ((), "", "the playlist holds no tracks and no name"),
        ((), "xyzzy", "holds no tracks and no name that says"),
        (Pasted(""), "", "the pasted text holds no tracks"),
        (Pasted("nobody - knows\nno - one"), "", "none of the 2 tracks of the pasted text.*'nobody - knows'.*scan"),
        (Pasted("<playlist>"), "", "not valid XML"),
        (Pasted('{"a": 3}'), "", "holds no playlist"),
        ("no such list", "", "no playlist 'no such list'.*it has none"),
        ("gone.m3u", "", "cannot be read"),
        ("x" * 5_000, "", "no playlist 'x{200}': give a file"),
        ("Ann - One\nBob - Two", "", "no playlist"),
        ("a\0.m3u", "", "no playlist"),
        ("~nobody-of-this-name/x", "", "no playlist"),
        ("~nobody-of-this-name/x.m3u", "", "cannot be read"),
    ],
)
def test_what_cannot_be_continued_is_one_clear_line(continuer_of, playlist, name, message):
    with pytest.raises(PlaylistError, match=message) as caught:
        continuer_of().continue_playlist(playlist, 5, Changes(name=name))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("k", [0, 1001])
def test_k_is_in_range(continuer_of, k):
    with pytest.raises(QueryError, match=f"k = {k} is out of range"):
        continuer_of().continue_playlist(ids(0), k, Changes())


def test_unknown_tracks_are_named(continuer_of):
    with pytest.raises(QueryError, match="no track 'ffffff'"):
        continuer_of().continue_playlist(["ffffff"], 5, Changes())


def test_twenty_thousand_entries_with_duplicates_inside(continuer_of):
    lines = ["Ann - One", "Bob - Three"] * 8_000 + [f"nobody - {n}" for n in range(4_000)]
    answer = continuer_of().continue_playlist(Pasted("\n".join(lines)), 10, Changes())
    assert [seed.title for seed in answer.seeds] == ["One", "Three"]
    assert len(answer.unmatched) == 4_000
    assert titles(answer)[0] == "Two"
