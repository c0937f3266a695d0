import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.continuation.fit import FitSettings, Tools
from engine.evaluation.playlists import PlaylistsPlan, evaluate_playlists
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.splits import split_newest
from indexers.encoders.playlist.settings import Item2VecSettings
from indexers.errors import InputError
from indexers.testing import FakeTextEncoder
from rankers.learned import LearnedSettings
from rankers.recommend.als import AlsSettings

QUICK = FitSettings(
    als=AlsSettings(factors=8, regularization=0.1, alpha=10.0, iterations=3),
    item2vec=Item2VecSettings(dim=8, epochs=3, window=5, negative=3, sample=0),
    ranker=LearnedSettings(n_trees=10, n_leaves=4, leaf_candidates=5, threads=1),
)


def playlists(n=300):
    """Two tastes of 60 tracks; playlists of 20 and one track that no other holds."""
    rng = np.random.default_rng(8)
    made = []
    for number in range(n):
        taste = number % 2
        tracks = [f"track {row}" for row in rng.permutation(60)[:20] + 60 * taste]
        entries = tuple(Entry("", f"artist {len(title)}{title[-1]}", title) for title in (*tracks, f"lone {number}"))
        day = (date(2020, 1, 1) + timedelta(days=number)).isoformat()
        made.append(Playlist(f"taste {taste}", entries, str(number), f"taste {taste}", "radio", day))
    return made


@pytest.fixture(scope="module")
def report():
    split = split_newest(playlists())
    plan = PlaylistsPlan(cold=False, settings=QUICK)
    return evaluate_playlists(split.train, split.test, plan, Tools(FakeTextEncoder())).as_json()


def test_every_arm_is_reported(report):
    assert set(report["arms"]) == {
        "popularity", "item_knn_cosine", "item_knn_bm25", "session_knn", "item2vec", "playlist_sif", "names",
        "names_recent", "als", "plain_sum", "blend", "reranked",
    }  # fmt: skip
    for figures in report["arms"].values():
        assert {"r_precision", "r_precision_artist", "ndcg_500", "recall_100", "clicks", "mrr"} <= set(figures)
    assert set(report["scenarios"]) == {"name only", "first 1", "first 5", "first 10"}


def test_a_taste_is_found_again(report):
    # 60 tracks of the right taste of 120: to keep to the taste is to find 15 of 55
    assert report["arms"]["als"]["recall_100"] > 0.9
    assert report["arms"]["reranked"]["r_precision"] > 15 / 110


def test_all_held_out_tracks_count_in_arms_all(report):
    known, every = report["arms"]["als"]["recall_100"], report["arms_all"]["als"]["recall_100"]
    assert every == pytest.approx(known * 15 / 16)  # each playlist's lone track is not known


def test_silent_arms_are_counted_and_not_compared(report):
    by_name = report["scenarios"]["name only"]
    assert by_name["arms"]["als"]["n_empty"] == by_name["arms"]["als"]["n_queries"] == 30
    against = {c["against"] for c in report["comparisons"] if c["scenario"] == "name only"}
    assert "als" not in against
    assert "popularity" in against


def test_test_playlists_that_cannot_be_asked_about_are_refused():
    short = [Playlist("p", (Entry("", "artist", "track 1"),), "1")]
    with pytest.raises(InputError, match="none of 1 test playlists has a known track"):
        evaluate_playlists(playlists(), short, PlaylistsPlan(cold=False, settings=QUICK), Tools())


def run(*words):
    return CliRunner().invoke(app, ["evaluate", "playlists", *map(str, words)])


def write(path: Path, lists) -> Path:
    lines = (
        {"playlist_id": one.given_id, "source": one.source, "curator": one.curator, "date": one.date,
         "tracks": [[entry.artist, entry.title] for entry in one.entries]}
        for one in lists
    )  # fmt: skip
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ((), "give either --test FILE or --split newest-tenth"),
        (("--split", "newest-tenth", "--test", "x.jsonl"), "give either --test FILE or --split newest-tenth"),
        (("--split", "random"), "no split 'random'; there is newest-tenth"),
        (("--test", "gone.jsonl"), "gone.jsonl cannot be read"),
    ],
)
def test_wrong_options_are_one_line(tmp_path, options, line):
    result = run("--train", write(tmp_path / "all.jsonl", playlists(40)), "--out", tmp_path / "out", *options)
    assert result.exit_code == 1
    assert line in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_the_command_writes_three_files(tmp_path):
    file = write(tmp_path / "all.jsonl", playlists())
    result = run("--train", file, "--split", "newest-tenth", "--out", tmp_path / "out", "--no-cold")
    assert result.exit_code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.json", "report.md", "report.html"}
