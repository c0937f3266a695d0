"""The filter: a text is compared with what it scores on other sounds."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from indexers.encoders.taggram import TAG_ENCODERS, class_names, fit_norm
from indexers.errors import ConfigError
from indexers.pairs.real.hearing.heard import Sounding, sure
from indexers.pairs.real.hearing.roles import music_row
from indexers.pairs.real.sift import FEWEST, Remembering, fitting, joint_scorer, tag_scorer
from indexers.schema import Vectors
from indexers.testing import FakeJointEncoder, FakeTextEncoder

NAMES = class_names(TAG_ENCODERS)


def evidence(**classes: float) -> np.ndarray:
    """Log-odds of a span in which some classes are likely and all others are not."""
    found = np.full(len(NAMES), -6.0, dtype=np.float32)
    for name, value in classes.items():
        found[len(NAMES) - 1 - NAMES[::-1].index(name)] = value
    return found


def test_a_text_must_beat_the_share_of_other_sounds() -> None:
    scores = np.tile(np.arange(FEWEST + 1, dtype=np.float32), (3, 1))
    assert fitting(scores, [0, 11, 12], 0.6) == [False, False, True]  # 12 of 20 others are lower
    assert fitting(scores, [0, 11, 12], 0.0) == [True, True, True]


def test_equal_scores_are_not_better() -> None:
    assert fitting(np.zeros((1, FEWEST), np.float32), [3], 0.1) == [False]


def test_too_few_sounds_drop_nothing() -> None:
    assert fitting(np.zeros((2, FEWEST - 1), np.float32), [0, 1], 0.9) == [True, True]


def test_tags_score_the_text_that_names_them() -> None:
    soundings = [Sounding(np.zeros(1), {}, evidence(**{name: 4.0})[None]) for name in ("Dog", "Rain")]
    norm = fit_norm([], TAG_ENCODERS)
    scores = tag_scorer(FakeTextEncoder())(["dog", "rain"], soundings, norm)
    assert scores.shape == (2, 2)
    assert scores[0, 0] > scores[0, 1]
    assert scores[1, 1] > scores[1, 0]


def test_no_texts_give_no_vectors() -> None:
    assert Remembering(FakeTextEncoder()).encode([]).shape == (0, FakeTextEncoder().dim)


def test_every_text_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, asked = FakeTextEncoder(), []
    real = plain.encode
    monkeypatch.setattr(plain, "encode", lambda texts: (asked.extend(texts), real(texts))[1])
    known = Remembering(plain)
    first = known.encode(["rain", "dog", "rain"])
    assert (first == known.encode(["rain", "dog", "rain"])).all()
    assert (first == real(["rain", "dog", "rain"])).all()
    assert sorted(asked) == ["dog", "rain"]


def test_a_joint_encoder_that_hears_otherwise_is_refused() -> None:
    with pytest.raises(ConfigError, match="hears for itself"):
        joint_scorer(FakeJointEncoder())


def test_what_is_sure_is_told() -> None:
    norm = fit_norm([], TAG_ENCODERS)
    bark = sure(evidence(Dog=3.0, Bark=2.5, piano=4.0), norm)
    assert not bark.is_music
    assert set(bark.sounds) == {"dog", "bark"}
    assert bark.instruments == ()  # the music taggers are not believed where there is no music
    music = sure(evidence(Music=3.0, Piano=3.0, **{"Sad music": 2.0}), norm)
    assert (music.is_music, music.instruments, music.moods) == (True, ("piano",), ("sad",))
    assert NAMES[music_row()] == "Music"
    assert sure(evidence(), norm).is_empty


class Towers:
    """A joint encoder of two dims that takes YAMNet's embeddings as they are."""

    name, fingerprint, dim, languages = "towers", "00", 2, ("en",)
    hears = {"yamnet": ("embedding",)}  # noqa: RUF012

    def clips(self, outputs: Mapping[str, Mapping[str, Vectors]]) -> Vectors:
        return outputs["yamnet"]["embedding"]

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.array([[1, 0] if text == "left" else [0, 1] for text in texts], dtype=np.float32)


def test_trained_towers_score_by_the_mean_of_a_clips_windows() -> None:
    windows = ([[1, 0], [0.6, 0.8]], [[0, 1], [0, 1]])
    soundings = [
        Sounding(np.zeros(2), {"yamnet": {"embedding": np.float32(rows)}}, np.zeros((2, 1))) for rows in windows
    ]
    scores = joint_scorer(Towers())(["left", "right"], soundings, fit_norm([], TAG_ENCODERS))
    assert scores == pytest.approx(np.array([[0.8944, 0.0], [0.4472, 1.0]]), abs=1e-4)
