import numpy as np
import pytest
import torch

from indexers.encoders.clap.training.loss import contrast


def test_the_contrast_is_that_of_a_hand_count():
    audio, text = torch.eye(2), torch.tensor([[0.8, 0.6], [0.0, 1.0]])
    logits = 2.0 * np.array([[0.8, 0.0], [0.6, 1.0]])  # audio against text
    each = [np.log(np.exp(logits).sum(axis=axis)) - np.diag(logits) for axis in (1, 0)]
    found = contrast(audio, text, torch.tensor(2.0), torch.eye(2, dtype=torch.bool))
    assert float(found) == pytest.approx(np.mean(each), rel=1e-5)


def test_texts_that_say_the_same_are_no_negatives():
    audio, text = torch.eye(2), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert float(contrast(audio, text, torch.tensor(5.0), torch.ones(2, 2, dtype=torch.bool))) == pytest.approx(0.0)


def test_a_false_text_counts_against_its_own_clip_alone():
    audio, text = torch.eye(2), torch.tensor([[0.8, 0.6], [0.0, 1.0]])
    false = torch.tensor([[0.6, 0.8], [0.0, 0.0]])  # the second clip has none
    logits = 2.0 * np.array([[0.8, 0.0], [0.6, 1.0]])
    first = np.log(np.exp([1.6, 0.0, 1.2]).sum()) - 1.6
    second = np.log(np.exp(logits[1]).sum()) - 2.0
    back = np.log(np.exp(logits).sum(axis=0)) - np.diag(logits)
    found = contrast(audio, text, torch.tensor(2.0), torch.eye(2, dtype=torch.bool), false)
    assert float(found) == pytest.approx((np.mean([first, second]) + back.mean()) / 2, rel=1e-5)
