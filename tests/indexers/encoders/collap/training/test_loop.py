"""Training on stories whose sections and sentences share meanings: what is learnt, and that it goes on when cut."""

import numpy as np
import pytest
import torch

from indexers.encoders.collap.network import Side
from indexers.encoders.collap.training.loop import Validation, loss_of, side, start_network, train
from indexers.encoders.collap.training.views import batch_of, draw_epoch, draw_view
from indexers.encoders.learning.run import CHECKPOINT, Run
from indexers.errors import ConfigError

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def sides(make_stories):
    return make_stories(120, 1, n_clips=60), make_stories(30, 2)


def learn(sides, settings, folder, **limits):
    network = start_network(settings, CPU)
    run = Run(folder, limits.get("identity", "same"), limits.get("minutes", float("inf")))
    return network, train(network, *sides, settings, run)


def test_what_belongs_together_is_learnt(sides, quick, tmp_path):
    asked = Validation.of(sides[1])
    before = asked.found_by(start_network(quick, CPU))
    network, position = learn(sides, quick.model_copy(update={"epochs": 40}), tmp_path)
    assert before < 0.3
    assert asked.found_by(network) > 0.7
    assert position.best == pytest.approx(asked.found_by(network))
    assert [record["epoch"] for record in position.records] == list(range(1, position.epoch + 1))


def test_sentences_learn_to_attend_to_their_section(sides, quick, tmp_path):
    def kept(network):
        network.eval()
        rng = np.random.default_rng(0)
        views = [
            draw_view(story, sides[1].vectors, quick.model_copy(update={"whole": 1.0}), rng)
            for story in sides[1].stories
        ]
        batch = batch_of(views)
        with torch.no_grad():
            shares = network.attended(side(network.audio, batch.audio), side(network.text, batch.text))
        told = batch.about.any(dim=2)
        return float((shares * batch.about).sum(dim=2)[told].mean())

    before = kept(start_network(quick, CPU))
    network, _ = learn(sides, quick.model_copy(update={"epochs": 40, "located": 1.0}), tmp_path)
    assert before < 0.5
    assert kept(network) > 0.75


def test_a_training_cut_short_goes_on_to_the_same_weights(sides, quick, tmp_path):
    whole, position = learn(sides, quick, tmp_path / "whole")
    _, first = learn(sides, quick, tmp_path / "parts", minutes=1e-9)
    assert first.epoch == 1
    again, second = learn(sides, quick, tmp_path / "parts")
    assert second.epoch == position.epoch
    for name, values in whole.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], values, rtol=0, atol=0)


def test_another_training_is_not_gone_on_with(sides, quick, tmp_path):
    learn(sides, quick, tmp_path, minutes=1e-9)
    assert (tmp_path / CHECKPOINT).exists()
    with pytest.raises(ConfigError, match="start again with --fresh"):
        learn(sides, quick, tmp_path, identity="other")


def test_the_loss_falls_with_each_part(sides, quick):
    """Each term is there: without it the loss of the same batch is less."""
    network = start_network(quick, CPU).eval()
    batch = next(draw_epoch(sides[0], quick, 0))
    with torch.no_grad():
        whole = float(loss_of(network, batch, quick))
        for part in ("reordered", "located"):
            assert float(loss_of(network, batch, quick.model_copy(update={part: 0.0}))) < whole - 1e-3


def test_the_loss_is_that_of_a_hand_count(quick, make_stories):
    settings = quick.model_copy(update={"reordered": 0.0, "located": 0.0})
    network = start_network(settings, CPU).eval()
    batch = next(draw_epoch(make_stories(3, 4), settings, 0))
    audio, text = (
        Side(*network.audio(*parts(batch.audio)), batch.audio.there),
        Side(*network.text(*parts(batch.text)), batch.text.there),
    )
    fused, whole, _ = network.scores(audio, text)
    with torch.no_grad():
        found = float(loss_of(network, batch, settings))
    expected = 0.0
    for scores in (fused, whole):
        logits = (network.scale * scores).detach().numpy().astype(np.float64)
        each = [np.log(np.exp(way).sum(axis=1)) - np.diag(way) for way in (logits, logits.T)]
        expected += float(np.mean(each))
    assert found == pytest.approx(expected, rel=1e-4)


def parts(rows):
    return rows.vectors, rows.places, rows.there
