import numpy as np
import pytest
import torch

from indexers.encoders.clap.frames import HEARS, N_FEATURES, N_FRAMES, frames_of
from indexers.encoders.clap.loss import contrast
from indexers.encoders.clap.network import AudioTower
from indexers.models.cards import CARDS


def test_frames_are_unit_embeddings_and_log_odds_side_by_side():
    heard = {
        name: {output: np.full((2, CARDS[name].outputs[output]), 0.25, dtype=np.float32) for output in outputs}
        for name, outputs in HEARS.items()
    }
    frames = frames_of(heard)
    assert frames.shape == (2, N_FEATURES)
    np.testing.assert_allclose(frames[0, :200], 1 / np.sqrt(200), rtol=1e-5)
    np.testing.assert_allclose(frames[0, 400 : 400 + 1024], 1 / np.sqrt(1024), rtol=1e-5)
    np.testing.assert_allclose(frames[0, 1424:], np.log(1 / 3), rtol=1e-5)


@pytest.fixture
def tower(quick):
    torch.manual_seed(1)
    return AudioTower(quick).eval()


def test_frames_that_are_not_there_are_not_heard(tower):
    frames = torch.randn(3, N_FRAMES, N_FEATURES)
    there = torch.tensor([[True, True, False, False]] * 3)
    other = frames.clone()
    other[:, 2:] = 9.0
    with torch.no_grad():
        torch.testing.assert_close(tower(frames, there), tower(other, there))
        torch.testing.assert_close(tower(frames, there), tower(frames[:, :2], there[:, :2]))
        assert torch.allclose(tower(frames, there).norm(dim=1), torch.ones(3))


def test_the_tower_hears_which_frame_came_first(tower):
    frames = torch.randn(1, 2, N_FEATURES)
    there = torch.ones(1, 2, dtype=torch.bool)
    with torch.no_grad():
        assert not torch.allclose(tower(frames, there), tower(frames.flip(1), there), atol=1e-3)


def test_the_contrast_is_that_of_a_hand_count():
    audio, text = torch.eye(2), torch.tensor([[0.8, 0.6], [0.0, 1.0]])
    logits = 2.0 * np.array([[0.8, 0.0], [0.6, 1.0]])  # audio against text
    each = [np.log(np.exp(logits).sum(axis=axis)) - np.diag(logits) for axis in (1, 0)]
    found = contrast(audio, text, torch.tensor(2.0), torch.eye(2, dtype=torch.bool))
    assert float(found) == pytest.approx(np.mean(each), rel=1e-5)


def test_texts_that_say_the_same_are_no_negatives():
    audio, text = torch.eye(2), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert float(contrast(audio, text, torch.tensor(5.0), torch.ones(2, 2, dtype=torch.bool))) == pytest.approx(0.0)
