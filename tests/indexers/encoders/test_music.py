import numpy as np
import pytest

from indexers.encoders.music import music_clips, music_outputs, music_track
from indexers.errors import ConfigError
from indexers.models.cards import CARDS

SIGNS = [1, -1, -1, 1, 1, 1, -1, 1]  # of the first numbers that one number of YAMNet is projected to
DEFAULT = ("musicnn_msd", "musicnn_mtt", "yamnet")


def heard(n_clips: int, *, encoders=DEFAULT, seed: int = 0) -> dict:
    rng = np.random.default_rng(seed)
    return {
        name: {output: rng.normal(size=(n_clips, CARDS[name].outputs[output])) for output in outputs}
        for name, outputs in music_outputs(encoders).items()
    }


def test_clips_are_unit_rows_of_512() -> None:
    clips = music_clips(heard(7))
    assert clips.shape == (7, 512)
    assert clips.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(clips, axis=1), 1, rtol=1e-5)


def test_parts_weigh_what_they_say() -> None:
    clips = music_clips(heard(3))
    share = np.array([np.square(part).sum() for part in np.split(clips[0], [200, 400])])
    np.testing.assert_allclose(share, np.array([1, 1, 1.96]) / 3.96, rtol=1e-4)


def test_loudness_of_an_output_does_not_count() -> None:
    one = heard(4)
    louder = {**one, "yamnet": {"embedding": 9 * one["yamnet"]["embedding"]}}
    np.testing.assert_allclose(music_clips(one), music_clips(louder), atol=1e-6)


def test_the_projection_keeps_neighbours() -> None:
    near = heard(1, encoders=("yamnet",))["yamnet"]["embedding"]
    others = heard(200, encoders=("yamnet",), seed=1)["yamnet"]["embedding"]
    moved = near + 0.3 * heard(1, encoders=("yamnet",), seed=2)["yamnet"]["embedding"]
    placed = music_clips({"yamnet": {"embedding": np.concatenate([near, moved, others])}})
    cosines = placed[1:] @ placed[0]
    assert placed.shape[1] == 112
    assert cosines.argmax() == 0
    assert cosines[0] > 0.85
    assert np.abs(cosines[1:]).max() < 0.5


def test_the_projection_is_the_same_everywhere() -> None:
    eye = np.eye(1024)[:2]
    signs = np.sign(music_clips({"yamnet": {"embedding": eye}}))
    assert signs[0, :8].tolist() == SIGNS
    assert (signs[0] == signs[1]).mean() < 0.7


def test_a_track_is_the_mean_of_its_clips() -> None:
    clips = np.eye(4, dtype=np.float32)[[0, 0, 1]]
    np.testing.assert_allclose(music_track(clips), np.array([2, 1, 0, 0]) / 5**0.5, rtol=1e-6)


def test_silence_stays_finite() -> None:
    silent = {name: {key: 0 * rows for key, rows in of.items()} for name, of in heard(2).items()}
    assert np.isfinite(music_track(music_clips(silent))).all()


def test_encoders_without_music_are_refused() -> None:
    assert music_outputs(("text",)) == {}
    with pytest.raises(ConfigError, match="add musicnn_msd"):
        music_clips({"text": {}})
