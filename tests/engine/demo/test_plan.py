"""The demo's plan: the same pieces everywhere, spread over sources, settings and containers."""

from collections import Counter
from pathlib import Path, PurePath

import pytest

from engine.demo.arrange import SETTINGS
from engine.demo.plan import plan, title_of
from engine.demo.sources import SOURCES
from indexers.errors import ConfigError
from indexers.scores.music21_reader import corpus_folder


def test_the_same_number_gives_the_same_pieces_and_fewer_are_a_prefix() -> None:
    corpus = corpus_folder()
    assert plan(60, corpus) == plan(60, corpus)
    assert plan(12, corpus) == plan(60, corpus)[:12]


def test_a_full_demo_is_spread() -> None:
    pieces = plan(160, corpus_folder())
    assert len({piece.path for piece in pieces}) == 160
    assert {piece.source.album for piece in pieces} == {source.album for source in SOURCES}
    assert len({piece.setting for piece in pieces}) >= 25
    assert len({piece.artist for piece in pieces}) >= 18
    endings = Counter(PurePath(piece.path).suffix for piece in pieces)
    assert set(endings) == {".ogg", ".mp3", ".m4a", ".flac", ".wav"}
    assert max(Counter(piece.source.album for piece in pieces).values()) <= 25


def test_every_score_exists_and_every_setting_is_known() -> None:
    corpus = corpus_folder()
    for piece in plan(176, corpus):
        assert (corpus / piece.score).is_file()
        assert piece.setting in SETTINGS
        low, high = piece.source.tempo_bpm
        assert low <= piece.tempo_bpm <= high


@pytest.mark.parametrize(
    ("score", "title"),
    [
        ("bach/bwv66.6.mxl", "Chorale, BWV 66.6"),
        ("palestrina/Agnus_II_25.krn", "Agnus II, mass 25"),
        ("trecento/PMFC_06_Giovanni-04_De_Come_Dolce_Mente.xml", "De Come Dolce Mente"),
        ("beethoven/opus59no2/movement3.mxl", "String Quartet, Op. 59 No. 2: movement 3"),
        ("monteverdi/madrigal.4.17.mxl", "Madrigals, Book 4: No. 17"),
    ],
)
def test_titles_come_from_file_names(score: str, title: str) -> None:
    source = next(source for source in SOURCES if source.pattern.partition("/")[0] == score.partition("/")[0])
    assert title_of(source, score) == title


def test_no_superseded_scores(tmp_path: Path) -> None:
    assert not any(Path(piece.score).stem.endswith(("_old", "_bak")) for piece in plan(900, corpus_folder()))


@pytest.mark.parametrize("n_pieces", [0, -3, 100_000])
def test_an_impossible_number_is_refused(n_pieces: int) -> None:
    with pytest.raises(ConfigError, match="out of range"):
        plan(n_pieces, corpus_folder())
