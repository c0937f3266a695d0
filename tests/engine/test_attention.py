"""The attention reranker in a search, and from a folder of sounds to an answer."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine import Engine, Query
from engine.arms import Request
from engine.config import SearchSettings
from engine.doctor import examine
from engine.retrieval import Ranking, reranked
from engine.search import Searcher
from indexers.encoders.testing import FakeTrackEncoder
from indexers.generation import joint_space
from indexers.schema import Laid
from indexers.testing import unit_rows
from rankers.attention import fused_scores

NAME = "fake-track"


class Fixed:
    """An arm with a ranking and closer scores written down; it notes what it was asked to look at."""

    def __init__(self, name, rows, closer=None):
        self.name = self.calibrated_as = name
        self.rows, self.seen = np.array(rows), []
        if closer is not None:
            self.attend = lambda asked: (
                self.seen.append(asked.tolist()) or np.array([closer[row] for row in asked], np.float32)
            )

    def ask(self, _):
        return self

    def votes(self, scores):
        return np.ones_like(scores)

    def retrieve(self, k, allowed):
        rows = self.rows if allowed is None else self.rows[np.isin(self.rows, allowed)]
        return rows[:k], np.linspace(0.9, 0.1, len(rows), dtype=np.float32)[:k]

    def match(self, _):
        return None

    def why(self, _):
        return ()


@pytest.fixture
def shelf(shelve):
    return shelve([[0, 0, 0]] * 6, np.eye(6).tolist())


CLOSER = {0: 0.1, 1: 0.2, 2: 0.9, 3: 0.8, 4: 0.3, 5: 0.7}


def found(shelf, arms, k=6, **settings):
    searcher = Searcher(shelf, arms, SearchSettings(relevance=1.0, **settings))
    return searcher.search(Request(text="x"), k).results


def order(results):
    return [int(result.track_id, 16) for result in results]


def test_the_first_tracks_are_ranked_by_the_closer_score(shelf):
    arm = Fixed("collap", range(6), CLOSER)
    results = found(shelf, [arm])
    assert order(results) == [2, 3, 5, 4, 1, 0]
    assert [result.evidence["collap"].score for result in results] == pytest.approx([0.9, 0.8, 0.7, 0.3, 0.2, 0.1])
    assert [result.score for result in results] == pytest.approx([1 / (60 + rank) for rank in range(1, 7)])
    assert arm.seen == [[0, 1, 2, 3, 4, 5]]


def test_it_looks_no_deeper_than_it_is_told(shelf):
    arm = Fixed("collap", range(6), CLOSER)
    results = found(shelf, [arm], k=1, attention_depth=3)
    assert arm.seen == [[0, 1, 2]]
    assert order(results) == [2]
    assert order(found(shelf, [Fixed("collap", range(6), CLOSER)], k=6, attention_depth=1)) == [2, 3, 5, 4, 1, 0]


def test_it_can_be_turned_off(shelf):
    arm = Fixed("collap", range(6), CLOSER)
    assert order(found(shelf, [arm], attention=False)) == [0, 1, 2, 3, 4, 5]
    assert arm.seen == []


def test_what_other_arms_found_is_looked_at_too(shelf):
    arm, other = Fixed("collap", [0, 1], CLOSER), Fixed("words", [3])
    results = found(shelf, [arm, other], k=3)
    assert sorted(arm.seen[0]) == [0, 1, 3]
    assert order(results)[0] == 3
    assert results[0].arms == pytest.approx({"collap": 1 / 61, "words": 1.5 / 61})
    assert sum(results[0].arms.values()) == pytest.approx(results[0].score)


def test_what_else_the_arm_found_follows():
    arm = Fixed("collap", range(6), CLOSER)
    ranking = Ranking(*arm.retrieve(6, None))
    again = reranked({"collap": arm}, {"collap": ranking}, np.array([4, 2]))["collap"]
    assert again.rows.tolist() == [2, 4, 0, 1, 3, 5]
    np.testing.assert_allclose(again.scores, [0.9, 0.3, *ranking.scores[[0, 1, 3, 5]]])


@pytest.fixture(scope="module")
def made(music: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library built with an encoder of tracks."""
    root = tmp_path_factory.mktemp("attention")
    shutil.copytree(music, root / "music")
    (root / "library").mkdir()
    (root / "library" / "segue.toml").write_text(
        "format = 1\n[scan]\nworkers = 1\n"
        f'[analysis]\nencoders = ["fake"]\ntext = "fake-text"\nwindows = 3\nworkers = 1\njoint = ["{NAME}"]\n'
        "[search]\nrelevance = 1.0\n"
    )
    engine = Engine.open(root / "library", models=root / "models")
    engine.scan([root / "music"])
    engine.rebuild()
    return root


def test_a_library_keeps_clips_in_their_track_and_answers_by_fused_scores(made: Path) -> None:
    engine = Engine.open(made / "library", models=made / "models")
    generation = engine.refresh().generation
    (joint,) = generation.joints
    assert joint.attends
    heard = generation.clips("music")
    clips = generation.clips(joint_space(NAME))
    np.testing.assert_array_equal(heard.offsets, clips.offsets)
    text = "band7 plays. Then band0"
    answer = engine.search(Query(text=text), k=6)
    rows = np.arange(generation.n_tracks)
    gathered, starts = clips.gather(rows)
    assert np.diff(starts).tolist() == np.diff(clips.offsets).tolist()
    vectors = generation.track_vectors(joint_space(NAME))
    expected = fused_scores(FakeTrackEncoder().read(text), np.asarray(vectors), gathered, starts)
    ids = generation.tracks["track_id"].to_list()
    for result in answer.results:
        assert result.evidence[NAME].score == pytest.approx(float(expected[ids.index(result.track_id)]), abs=1e-5)
        assert result.match is not None
        assert 0 <= result.match.start_s < result.match.end_s <= result.duration_s + 1e-3
    ranks = [
        result.evidence[NAME].rank for result in sorted(answer.results, key=lambda result: -result.evidence[NAME].score)
    ]
    assert ranks == [1, 2, 3, 4, 5, 6]
    best = float((np.asarray(vectors) @ FakeTrackEncoder().read(text).whole).max())
    assert answer.confidence[NAME].best == pytest.approx(best, abs=1e-5)  # confidence is the index's


def test_clips_and_tracks_are_as_the_encoder_places_them(made: Path) -> None:
    """The music clips of the fake encoder are its bands: placed by hand they are what the library keeps."""
    generation = Engine.open(made / "library", models=made / "models").refresh().generation
    clips, tracks = generation.clips(joint_space(NAME)), generation.track_vectors(joint_space(NAME))
    lengths = np.diff(clips.offsets)
    assert lengths.max() == 3
    for row in range(generation.n_tracks):
        bands = generation.clips("music").vectors(row)
        alone = unit_rows(np.concatenate([bands, np.zeros_like(bands)], axis=1))
        laid = Laid(clips.spans(row), np.array([0, len(alone)]), np.array([10.0], dtype=np.float32))
        placed, whole = FakeTrackEncoder().place(alone, laid)
        np.testing.assert_allclose(clips.vectors(row), placed, atol=2e-3)
        np.testing.assert_allclose(tracks[row], whole[0], atol=2e-3)


def test_the_doctor_examines_encoder_and_space(made: Path) -> None:
    findings = examine(Engine.open(made / "library", models=made / "models"))
    assert all(finding.ok for finding in findings)
    assert {joint_space(NAME), f"encoder {NAME}, clips"} <= {finding.subject for finding in findings}
