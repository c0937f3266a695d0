"""How well tracks that no playlist holds are recommended: some known ones are taken out of all playlists and asked for.

`ask` draws the tracks and says what is asked of each test playlist, `space` learns the playlist space without them and
what is known of them beside it, `ways` ranks them, and `run` does all of it and measures.
"""

from engine.evaluation.cold.ask import ColdPlan
from engine.evaluation.cold.run import evaluate_cold

__all__ = ["ColdPlan", "evaluate_cold"]
