from itertools import pairwise

import pytest

from indexers.errors import ShapeError
from indexers.media.windows import plan_windows
from indexers.schema import Window


def test_spreads_windows_over_the_middles_of_equal_segments():
    assert plan_windows(60.0, 3, 4.0) == (Window(8.0, 12.0), Window(28.0, 32.0), Window(48.0, 52.0))


def test_a_short_track_is_heard_from_start_to_end():
    assert plan_windows(5.0, 12, 3.008) == (Window(0.0, 3.008), Window(1.992, 5.0))
    assert plan_windows(10.0, 12, 4.0) == (Window(0.0, 4.0), Window(3.0, 7.0), Window(6.0, 10.0))


def test_a_little_more_than_whole_windows_is_no_reason_for_another():
    assert plan_windows(3.7, 12, 3.0) == (Window(0.0, 3.0),)
    assert plan_windows(3.8, 12, 3.0) == (Window(0.0, 3.0), Window(0.8, 3.8))
    assert len(plan_windows(5.9, 2, 3.0)) == 2


def test_exactly_full_is_not_padded():
    assert plan_windows(3.008, 12, 3.008) == (Window(0.0, 3.008),)
    assert plan_windows(6.016, 2, 3.008) == (Window(0.0, 3.008), Window(3.008, 6.016))


@pytest.mark.parametrize("duration_s", [0.0, 0.5, 3.0])
def test_a_track_shorter_than_a_window_gets_one_padded(duration_s):
    assert plan_windows(duration_s, 12, 3.008) == (Window(0.0, 3.008, padded=True),)


@pytest.mark.parametrize("duration_s", [36.1, 36.097, 100.0, 239.9871, 10_800.0])
def test_windows_never_overlap_nor_leave_the_track(duration_s):
    windows = plan_windows(duration_s, 12, 3.008)
    assert len(windows) == 12
    assert all(round(a.end_s * 1000) <= round(b.start_s * 1000) for a, b in pairwise(windows))
    assert windows[0].start_s >= 0
    assert windows[-1].end_s <= duration_s + 0.001
    assert all(window.start_s == round(window.start_s, 3) and not window.padded for window in windows)


@pytest.mark.parametrize(
    ("duration_s", "n_windows", "window_s"),
    [(-1.0, 1, 1.0), (float("nan"), 1, 1.0), (float("inf"), 1, 1.0), (1.0, 0, 1.0), (1.0, 1, 0.0)],
)
def test_refuses_what_makes_no_sense(duration_s, n_windows, window_s):
    with pytest.raises(ShapeError, match="cannot plan"):
        plan_windows(duration_s, n_windows, window_s)
