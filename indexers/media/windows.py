"""Which spans of a track are analysed."""

import math

from indexers.errors import ShapeError
from indexers.schema import Window

LEAST_UNHEARD = 0.25  # of a window: a short track gets one more when so much of it would go unheard


def plan_windows(duration_s: float, n_windows: int, window_s: float) -> tuple[Window, ...]:
    """Spread windows evenly over a track, always the same for the same track.

    Args:
        duration_s: The track's length; 0 or more.
        n_windows: How many are wanted, at least 1.
        window_s: The length of one, above 0.

    Returns:
        Windows in order of time, their times rounded to 1 ms. A long track gets one in the middle of each of
        n_windows equal segments. A track shorter than n_windows * window_s is heard from its start to its end, by as
        few windows as that takes, which may overlap; one shorter than window_s gets a single window with `padded` set.

    Raises:
        ShapeError: a length or a count is out of range.
    """
    if not (math.isfinite(duration_s) and duration_s >= 0 and window_s > 0 and n_windows >= 1):
        raise ShapeError(
            f"cannot plan {n_windows} windows of {window_s} s in {duration_s} s; give n_windows >= 1, window_s > 0"
        )
    if duration_s < window_s:
        return (_window(0.0, window_s, padded=True),)
    if duration_s < n_windows * window_s:
        n_needed = min(n_windows, max(1, math.ceil(duration_s / window_s - LEAST_UNHEARD)))
        step_s = (duration_s - window_s) / max(1, n_needed - 1)
        return tuple(_window(row * step_s, window_s) for row in range(n_needed))
    segment_s = duration_s / n_windows
    return tuple(_window((row + 0.5) * segment_s - window_s / 2, window_s) for row in range(n_windows))


def _window(start_s: float, window_s: float, *, padded: bool = False) -> Window:
    start_s = round(start_s, 3)
    return Window(start_s, round(start_s + window_s, 3), padded)
