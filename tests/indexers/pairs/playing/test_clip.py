"""Clips: all of it hangs on the rng alone, nothing is silent for long."""

import numpy as np
import pytest

from indexers.errors import MediaError
from indexers.pairs.playing.clip import LONGEST_SILENCE_S, perform_clip
from indexers.pairs.playing.tempo import contradicts
from indexers.scores.notes import Note, Score


def test_the_same_rng_plays_the_same(tune: Score) -> None:
    first, second, other = (perform_clip(tune, "reel", np.random.default_rng(seed)) for seed in (7, 7, 8))
    assert first == second != other


@pytest.mark.parametrize("seed", range(25))
def test_clips_last_ten_seconds_and_sound(tune: Score, chorale: Score, seed: int) -> None:
    for score in (tune, chorale):
        clip = perform_clip(score, "", np.random.default_rng(seed))
        assert clip.length_s == 10.0
        assert clip.longest_silence_s <= LONGEST_SILENCE_S
        assert clip.has_lead
        assert not contradicts(clip.spans[0].bpm, clip.notes_per_s)
        assert all(0.0 <= note.start_s < note.end_s <= 10.0 for voice in clip.voices for note in voice.notes)
        assert all(1 <= note.velocity <= 127 for voice in clip.voices for note in voice.notes)


def test_notes_lie_on_the_beats_of_the_tempo(tune: Score) -> None:
    for seed in range(10):
        clip = perform_clip(tune, "", np.random.default_rng(seed))
        melody = next(voice for voice in clip.voices if voice.role == "melody")
        beats = [note.start_s * clip.spans[0].bpm / 60 for note in melody.notes]
        assert max(abs(beat - round(beat)) for beat in beats) < 0.01


def test_a_score_of_rests_is_refused() -> None:
    rests = Score("Rests", ((Note(0.0, 1.0, 60), Note(200.0, 1.0, 60)),), "4/4")
    with pytest.raises(MediaError, match=r"Rests is silent for more than 2\.5 s"):
        perform_clip(rests, "", np.random.default_rng(0))
