from collections.abc import Sequence

import numpy as np
import pytest

from engine.evaluation.probes.classifier import Answers
from engine.evaluation.probes.run import CHANCE, Remembering, Row, pair_rows, run_probes, told_apart
from engine.evaluation.probes.task import Part, ProbeSettings, Task, examples_of
from engine.evaluation.probes.tasks import Sides
from indexers.base import PlaylistEncoder
from indexers.schema import Rows, Vectors


@pytest.fixture(scope="module")
def rows(sides: Sides, small: ProbeSettings, encoders: tuple[PlaylistEncoder, ...]) -> dict[str, Row]:
    return {row.name: row for row in run_probes(sides, encoders, small)}


def test_a_bag_is_exactly_at_chance_on_order(rows: dict[str, Row]) -> None:
    for name in ("order_shuffled", "order_swaps", "order_swap", "order_position"):
        for row in (rows[name], rows[f"{name}_pairs"]):
            assert row.figures["bow"].value == row.figures[CHANCE].value == 0.5
            assert row.figures["bow"].low == row.figures["bow"].high == 0.5


def test_an_encoder_that_weighs_first_tracks_knows_where_a_track_is(rows: dict[str, Row]) -> None:
    assert rows["order_position"].figures["seq2seq-uni"].low > 0.55
    assert rows["order_position_pairs"].figures["seq2seq-uni"].low > 0.55


def test_track_vectors_tell_genre_and_content(rows: dict[str, Row]) -> None:
    for name in ("genre", "genre_held_out", "content"):
        assert rows[name].figures["bow"].low > rows[name].figures[CHANCE].high
    assert rows["genre_f1"].figures["bow"].value > 0.8
    assert rows["neighbours_genre"].figures["bow"].low > rows["neighbours_genre"].figures[CHANCE].high


def test_sizes_are_those_asked_about(rows: dict[str, Row], small: ProbeSettings) -> None:
    assert rows["order_shuffled"].n_test <= small.n_test
    assert rows["order_shuffled_pairs"].n_test == rows["order_shuffled"].n_test // 2
    assert rows["order_shuffled"].n_train <= small.n_train
    assert rows["neighbours_length"].n_test == rows["neighbours_length"].n_lists == small.n_queries


def test_differences_are_of_the_same_resamples(rows: dict[str, Row]) -> None:
    for row in rows.values():
        assert set(row.differences) == {("bow", "seq2seq-uni"), ("bow", CHANCE), ("seq2seq-uni", CHANCE)}
        for (one, other), difference in row.differences.items():
            assert difference.value == pytest.approx(row.figures[one].value - row.figures[other].value)
            assert difference.low <= difference.value + 0.05
            assert difference.high >= difference.value - 0.05
    shuffled = rows["order_shuffled"]  # one side has no spread: the difference has that of the other
    spread = shuffled.differences["bow", "seq2seq-uni"]
    assert spread.low == pytest.approx(0.5 - shuffled.figures["seq2seq-uni"].high)
    assert spread.high == pytest.approx(0.5 - shuffled.figures["seq2seq-uni"].low)


def test_pairs_are_counted_by_source_too(rows: dict[str, Row]) -> None:
    whole, *parts = (rows[f"order_shuffled_pairs{source}"] for source in ("", "_radio", "_web"))
    assert sum(part.n_test for part in parts) == whole.n_test
    for encoder in ("bow", "seq2seq-uni"):
        mean = sum(part.figures[encoder].value * part.n_test for part in parts) / whole.n_test
        assert mean == pytest.approx(whole.figures[encoder].value)
    assert "order_swap_pairs_web" not in rows


def test_playlists_of_a_single_list_are_resampled_themselves(small: ProbeSettings) -> None:
    values = {"bow": np.array([0.0, 1.0] * 20)}
    task = Task("o", "order", (Part(*[examples_of([], [], [])] * 2),), paired=True)
    one = pair_rows(task, values, np.array(["web/a"] * 40), small)[0]
    assert one.n_lists == 40
    assert one.figures["bow"].low < 0.5 < one.figures["bow"].high
    assert pair_rows(task, values, np.array(["web/a", "web/b"] * 20), small)[0].n_lists == 2


def test_the_same_playlist_is_encoded_once(bag) -> None:
    remembering = Remembering(bag)
    lists = [np.array([1, 2, 3]), np.array([3, 2, 1]), np.array([1, 2, 3])]
    first = remembering.encode(lists)
    assert bag.n_encoded == 2
    assert np.array_equal(remembering.encode(lists[::-1]), first[::-1])
    assert bag.n_encoded == 2
    assert np.allclose(first, bag.encode(lists), atol=1e-5)


def test_vectors_that_differ_by_rounding_alone_are_equal() -> None:
    class Jittery:
        name, fingerprint, dim = "bow", "jittery", 3

        def encode(self, lists: Sequence[Rows]) -> Vectors:
            return np.array([[0.1, 0.2, 0.3 + 1e-7 * rows[0]] for rows in lists], dtype=np.float32)

    one, other = Remembering(Jittery()).encode([np.array([1, 2]), np.array([2, 1])])
    assert np.array_equal(one, other)


def test_pairs_that_look_the_same_count_a_half() -> None:
    margins = np.array([2.0, 1.0, 0.5, 0.5, -1.0, 3.0])
    words = np.array(["x"] * 6)
    assert told_apart(Answers(words, words, words, margins)).tolist() == [1.0, 0.5, 0.0]
