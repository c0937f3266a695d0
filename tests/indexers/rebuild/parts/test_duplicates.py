import numpy as np
import pytest

from indexers.generation import ClipVectors
from indexers.rebuild.parts import duplicates
from indexers.rebuild.parts.duplicates import find_duplicates, same_course
from indexers.testing import unit_rows
from indexers.vectors.exact import ExactIndex

N_CLIPS, DIM = 8, 16


def course(number: int, noise: float = 0.0, n_clips: int = N_CLIPS) -> np.ndarray:
    """Clips of one piece: all pieces sound alike on the whole, and each moves in its own way."""
    rng = np.random.default_rng(number)
    clips = np.ones((n_clips, DIM)) + 0.3 * rng.normal(size=(n_clips, DIM))
    return unit_rows((clips + noise * np.random.default_rng(99).normal(size=clips.shape)).astype(np.float32))


def groups(tracks: list[np.ndarray], durations_s: list[float]) -> list[int]:
    offsets = np.concatenate([[0], np.cumsum([len(clips) for clips in tracks])])
    clips = ClipVectors(np.concatenate(tracks).astype(np.float16), offsets, np.zeros((offsets[-1], 2), np.float32))
    vectors = unit_rows(np.stack([track.mean(axis=0) for track in tracks]))
    return find_duplicates(ExactIndex(vectors), vectors, clips, np.array(durations_s)).tolist()


def test_the_same_course_in_the_same_time_is_one_recording() -> None:
    tracks = [course(0), course(1), course(0, noise=0.05), course(0, noise=0.05), course(2)]
    assert groups(tracks, [60, 60, 61, 90, 60]) == [0, 1, 0, 3, 4]


def test_groups_join_through_a_third(monkeypatch) -> None:
    monkeypatch.setattr(duplicates, "BATCH", 1)
    assert groups([course(0), course(0, 0.02), course(0, 0.04)], [60.0, 61.4, 62.8]) == [0, 0, 0]


def test_pieces_that_only_sound_alike_are_two() -> None:
    tracks = [course(number) for number in range(20)]
    assert groups(tracks, [60.0] * 20) == list(range(20))


def test_single_clips_and_still_tracks_must_be_nearly_equal() -> None:
    still = np.tile(course(0, n_clips=1), (4, 1))
    assert same_course(still, still + 1e-4)
    assert not same_course(still, np.tile(course(1, n_clips=1), (4, 1)))
    assert same_course(course(0, n_clips=1), course(0, n_clips=1))
    assert not same_course(course(0, n_clips=1), course(1, n_clips=1))


def test_an_event_and_then_silence_is_no_course() -> None:
    silence = course(7, n_clips=1)
    one, other = (np.concatenate([course(number, n_clips=1), silence]) for number in (0, 1))
    assert not same_course(one, other)
    assert same_course(one, one)


def test_the_same_course_of_another_sound_is_another_recording() -> None:
    turned = course(0) * np.where(np.arange(DIM) < DIM // 2, 1, -1)
    moves = course(0) - course(0).mean(axis=0)
    assert not same_course(course(0), unit_rows((turned.mean(axis=0) + moves).astype(np.float32)))


def test_a_clip_more_does_not_matter() -> None:
    assert same_course(course(0), course(0)[:-1])


@pytest.mark.parametrize("n_tracks", [1, 2])
def test_tracks_without_neighbours(n_tracks) -> None:
    assert groups([course(number) for number in range(n_tracks)], [5.0] * n_tracks) == list(range(n_tracks))
