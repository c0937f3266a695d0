"""A network learns to write playlists from their vectors alone; a training cut short goes on to the bit."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from indexers.encoders.learning.run import CHECKPOINT, Run
from indexers.encoders.playlist.batches import pad
from indexers.encoders.playlist.reconstruct import Source, compare, report, told, write_playlists
from indexers.encoders.playlist.seq2seq import Seq2SeqEncoder
from indexers.encoders.playlist.settings import Item2VecSettings, Seq2SeqSettings
from indexers.encoders.playlist.trainer import shares_of, start_trainer, teaching, validate
from indexers.encoders.playlist.training import train
from indexers.errors import ConfigError, ModelError, ShapeError

SETTINGS = Seq2SeqSettings(
    tracks=Item2VecSettings(dim=16),
    dim=32,
    hidden=32,
    negatives=20,
    batch_tracks=120,
    epochs=3,
    learning_rate=5e-3,
    table_rate=1.0,
    crop=0.0,
)


def trainer_for(corpus, settings=SETTINGS, kind="seq2seq-uni"):
    vectors = np.random.default_rng(1).normal(size=(40, settings.tracks.dim)).astype(np.float32)
    return start_trainer(kind, corpus, vectors, settings, torch.device("cpu"))


def weights(trainer):
    return {name: values.clone() for name, values in trainer.network.state_dict().items()}


class Clock:
    """Every look at it is a second later."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1.0
        return self.now


class CutError(Exception):
    """The process was killed."""


def killed_at(n_steps):
    seen = []

    def progress(step):
        seen.append(step)
        if len(seen) == n_steps:
            raise CutError

    return progress


@pytest.mark.parametrize("kind", ["seq2seq-uni", "seq2seq-bi"])
def test_a_training_cut_short_goes_on_to_the_bit(scenes, tmp_path, kind):
    lists, held = list(scenes.lists[:60]), list(scenes.lists[100:])
    whole = trainer_for(scenes, kind=kind)
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    steps = []
    straight = train(whole, lists, held, Run(tmp_path / "whole", "same", float("inf"), steps.append))
    run = Run(tmp_path / "cut", "same", float("inf"), checkpoint_s=2.5, clock=Clock())
    with pytest.raises(CutError):
        train(trainer_for(scenes, kind=kind), lists, held, replace(run, progress=killed_at(len(steps) // 2 + 1)))
    resumed = trainer_for(scenes, kind=kind)
    position = train(resumed, lists, held, run)
    assert resumed.n_steps == whole.n_steps == len(steps)
    for name, values in weights(whole).items():
        assert torch.equal(values, weights(resumed)[name]), name
    assert position.best == straight.best
    told_straight, told_resumed = (
        [{name: value for name, value in record.items() if name.startswith("val")} for record in each.records]
        for each in (straight, position)
    )
    assert told_straight == told_resumed


def test_a_checkpoint_of_another_training_is_refused(scenes, tmp_path):
    run = Run(tmp_path, "one", float("inf"))
    settings = SETTINGS.model_copy(update={"epochs": 1})
    train(trainer_for(scenes, settings), scenes.lists, scenes.lists, run)
    with pytest.raises(ConfigError, match="on other examples or with other settings: start again with --fresh"):
        train(trainer_for(scenes, settings), scenes.lists, scenes.lists, replace(run, identity="other"))
    (tmp_path / CHECKPOINT).write_bytes(b"\0" * 40)
    with pytest.raises(ModelError, match="is damaged"):
        train(trainer_for(scenes, settings), scenes.lists, scenes.lists, run)


def test_minutes_end_a_training(scenes, tmp_path):
    settings = SETTINGS.model_copy(update={"epochs": 1000})
    trainer = trainer_for(scenes, settings)
    position = train(trainer, scenes.lists, scenes.lists[:9], Run(tmp_path, "one", 1.0, clock=Clock()))
    assert 0 < trainer.n_steps < 60
    assert position.records[-1]["val_loss"] > 0


def test_a_training_that_is_late_is_still_validated(scenes, tmp_path):
    run = Run(tmp_path, "one", 0.05, checkpoint_s=0.5, clock=Clock())
    with pytest.raises(CutError):
        train(trainer_for(scenes), scenes.lists, scenes.lists[:9], replace(run, minutes=99.0, progress=killed_at(4)))
    trainer = trainer_for(scenes)
    position = train(trainer, scenes.lists, scenes.lists[:9], run)
    assert (trainer.n_steps, position.epoch) == (4, 1)
    assert position.best == pytest.approx(validate(trainer.network, scenes.lists[:9], SETTINGS).vector_only)


def test_no_gain_ends_a_training_and_the_best_is_kept(scenes, tmp_path):
    settings = SETTINGS.model_copy(update={"epochs": 50, "learning_rate": 0.5, "patience": 2})
    trainer = trainer_for(scenes, settings)
    position = train(trainer, scenes.lists[:80], scenes.lists[80:], Run(tmp_path, "one", float("inf")))
    assert position.epoch == position.best_epoch + 2 < 50
    kept = validate(trainer.network, scenes.lists[80:], settings)
    assert kept.vector_only == pytest.approx(position.best)


def test_teaching_by_hand(scenes):
    network = trainer_for(scenes).network
    taught = teaching(pad([np.array([5, 6, 7]), np.array([9])]), network)
    assert taught.rows.tolist() == [[5, 6, 7], [9, 0, 0]]
    assert taught.given.tolist() == [[40, 5, 6, 7], [40, 9, 0, 0]]
    assert taught.there.tolist() == [[True] * 3, [True, False, False]]
    assert taught.asked.tolist() == [[True] * 4, [True, True, False, False]]
    assert taught.over.tolist() == [[0, 0, 0, 1], [0, 1, 0, 0]]


def test_shares_by_hand(scenes):
    shares = shares_of(scenes)
    counts = scenes.counts + 0.5
    np.testing.assert_allclose(shares.plain, counts / counts.sum(), rtol=1e-5)
    np.testing.assert_allclose(shares.drawn, counts**0.75 / (counts**0.75).sum(), rtol=1e-5)


@pytest.fixture(scope="module")
def learnt(scenes, tmp_path_factory):
    """An encoder that was let learn a dozen short playlists by heart."""
    settings = SETTINGS.model_copy(
        update={
            "epochs": 120,
            "patience": 120,
            "learning_rate": 1e-2,
            "mix": 0.0,
            "dropout": 0.0,
            "dim": 64,
            "hidden": 64,
            "word_dropout": 0.2,
        }
    )
    lists = [rows[:5] for rows in scenes.lists[:12]]
    trainer = trainer_for(scenes, settings)
    train(trainer, lists, lists, Run(tmp_path_factory.mktemp("run"), "one", float("inf")))
    return Seq2SeqEncoder("seq2seq-uni", scenes.vocabulary, trainer.network, settings), lists


def test_the_vector_alone_holds_the_playlist(learnt):
    encoder, lists = learnt
    written = compare(lists, write_playlists(encoder, lists, Source.VECTOR))
    assert written.recall > 0.85
    assert written.order > 0.7
    assert written.length_error < 0.5
    blind = compare(lists, write_playlists(encoder, lists, Source.NOTHING))
    assert blind.recall < 0.4
    assert told(encoder, lists, Source.VECTOR).accuracy > told(encoder, lists, Source.OTHER).accuracy + 0.3


def test_told_against_brute_force(learnt):
    encoder, lists = learnt
    one = lists[:1]
    network = encoder.network
    rows = torch.from_numpy(one[0])[None]
    with torch.no_grad():
        encoded = network.encode(rows, torch.tensor([5]))
        given = torch.cat([torch.tensor([[network.first]]), rows[:, :-1]], dim=1)
        scores = network.scores(network.decode(given, encoded, torch.ones(1)))[0].numpy()
    best = scores.argsort(axis=1)[:, ::-1]
    found = told(encoder, one, Source.BOTH)
    assert found.accuracy == pytest.approx(np.mean(best[:, 0] == one[0]))
    assert found.top_100 == 1.0  # of forty tracks
    chosen = scores[np.arange(5), one[0]] - np.log(np.exp(scores).sum(axis=1))
    assert found.loss == pytest.approx(-chosen.mean(), rel=1e-4)


def test_validation_counts_tracks_and_ends(learnt):
    encoder, lists = learnt
    network, tracks, ends = encoder.network, 0.0, 0.0
    for rows in lists:
        with torch.no_grad():
            encoded = network.encode(torch.from_numpy(rows)[None], torch.tensor([5]))
            given = torch.cat([torch.tensor([network.first]), torch.from_numpy(rows)])[None]
            written = network.decode(given, encoded, torch.zeros(1))[0]
            scores, over = network.scores(written).numpy(), network.ends(written).numpy()
        tracks -= sum(scores[at, row] - np.log(np.exp(scores[at]).sum()) for at, row in enumerate(rows))
        ends += np.log1p(np.exp(over[:5])).sum() + np.log1p(np.exp(-over[5]))
    found = validate(network, lists, encoder.settings)
    assert found.vector_only == pytest.approx((tracks + ends) / 60, rel=1e-4)


def test_report_tells_of_every_source(learnt, scenes):
    encoder, lists = learnt
    found = report(encoder, [*lists, lists[0][:0]], scenes.counts)
    assert found["playlists"] == 12
    assert set(found["sources"]) == {str(source) for source in Source}
    assert found["popularity"]["written"]["length_error"] == 0
    json.dumps(found, allow_nan=False)


def test_encode_keeps_the_promises(learnt):
    encoder, lists = learnt
    vectors = encoder.encode([lists[0], lists[0][:0], lists[1], lists[0][::-1].copy()])
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, encoder.dim) == (4, 64)
    np.testing.assert_allclose(np.linalg.norm(vectors[[0, 2, 3]], axis=1), 1, rtol=1e-5)
    assert not vectors[1].any()
    np.testing.assert_allclose(encoder.encode([lists[1]])[0], vectors[2], atol=1e-5)
    assert vectors[0] @ vectors[3] < 0.99  # the order counts
    assert encoder.encode([]).shape == (0, 64)
    with pytest.raises(ShapeError, match="row 40 is none of 40 tracks"):
        encoder.encode([np.array([40])])


def test_long_playlists_are_read_up_to_the_limit(learnt):
    encoder, _ = learnt
    long = np.arange(20_000, dtype=np.int64) % 40
    vectors = encoder.encode([long, long[:300], long[:299]])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-5)
    assert np.abs(vectors[1] - vectors[2]).max() > 1e-4
