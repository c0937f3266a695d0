from dataclasses import replace

import numpy as np
import pytest
import torch

from indexers.encoders.clap.texts.reading import READ_DIM, Texts
from indexers.encoders.clap.training.drawing import Material, draw_epoch
from indexers.encoders.clap.training.loop import ClapTrainer, embed, recall, start_towers, train
from indexers.encoders.clap.training.retrieval import ranks_of, retrieval
from indexers.encoders.learning.run import CHECKPOINT, Run
from indexers.errors import ConfigError

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def material(make_examples, classes):
    learnt, held_out = make_examples(240, 1), make_examples(80, 2)
    alone = make_examples(50, 3).texts
    return Material(learnt, alone, classes, held_out)


@pytest.fixture(scope="module")
def start(material, classes, quick):
    return lambda settings=quick: start_towers(material.learnt, classes, settings, CPU)


@pytest.fixture
def learn(material, start):
    def run(settings, folder, minutes=float("inf")):
        towers = start(settings)
        return towers, train(towers, material, settings, Run(folder, "same", minutes))

    return run


def test_what_belongs_together_is_learnt(material, start, learn, quick, tmp_path):
    before = recall(start(), material.held_out)
    towers, position = learn(quick, tmp_path)
    assert before < 0.3
    assert recall(towers, material.held_out) > 0.8
    assert position.best == pytest.approx(recall(towers, material.held_out))
    assert [record["epoch"] for record in position.records] == list(range(1, position.epoch + 1))


def test_a_training_cut_short_goes_on_to_the_same_weights(learn, quick, tmp_path):
    whole, _ = learn(quick, tmp_path / "whole")
    _, position = learn(quick, tmp_path / "parts", minutes=1e-9)
    assert position.epoch == 1
    resumed, position = learn(quick, tmp_path / "parts")
    assert position.epoch == quick.epochs
    for (name, one), two in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        torch.testing.assert_close(one, two, rtol=0, atol=0, msg=name)


def test_a_checkpoint_of_other_settings_is_refused(material, start, learn, quick, tmp_path):
    learn(quick, tmp_path, minutes=1e-9)
    assert (tmp_path / CHECKPOINT).exists()
    with pytest.raises(ConfigError, match="other examples or with other settings"):
        train(start(), material, quick, Run(tmp_path, "another", float("inf")))


def test_captions_and_rewrites_are_drawn_as_often_as_asked(material, quick):
    row_of = {row.tobytes(): number for number, row in enumerate(material.learnt.texts.read)}
    drawn = [row_of[row.numpy().tobytes()] for epoch in range(20) for batch in draw_epoch(material, quick, epoch)
             for row in batch.texts]  # fmt: skip
    assert np.mean(np.array(drawn) % 3 == 0) == pytest.approx(quick.original, abs=0.03)
    only = quick.model_copy(update={"original": 1.0})
    assert all(row_of[row.numpy().tobytes()] % 3 == 0 for batch in draw_epoch(material, only, 0) for row in batch.texts)


def test_a_clip_is_told_from_its_own_false_texts(material, quick):
    learnt = material.learnt
    own = {frames.tobytes(): row for row, frames in enumerate(learnt.frames.astype(np.float32))}
    for batch in draw_epoch(material, quick, 0):
        for frames, false in zip(batch.frames.numpy(), batch.false.numpy(), strict=True):
            row = own[frames.tobytes()]
            texts = learnt.false.read[learnt.false.starts[row] : learnt.false.starts[row + 1]]
            assert np.array_equal(false, texts[0]) if len(texts) else not false.any()


def test_clips_of_a_tune_follow_one_another(material, quick):
    own = {frames.tobytes(): row for row, frames in enumerate(material.learnt.frames.astype(np.float32))}
    orders = []
    for epoch in range(2):
        rows = [own[one.tobytes()] for batch in draw_epoch(material, quick, epoch) for one in batch.frames.numpy()]
        assert sorted(rows) == list(range(len(material.learnt)))
        assert all(rows[at] // 2 == rows[at + 1] // 2 for at in range(0, len(rows), 2))
        orders.append(rows)
    assert orders[0] != orders[1]


def test_texts_alone_come_in_two_wordings_of_the_same(material, quick):
    row_of = {row.tobytes(): number for number, row in enumerate(material.wordings.read)}
    for batch in draw_epoch(material, quick, 1):
        pairs = [[row_of[row.numpy().tobytes()] for row in side] for side in (batch.one, batch.other)]
        assert all(one // 3 == other // 3 and one != other for one, other in zip(*pairs, strict=True))
    none = Texts(np.empty((0, READ_DIM), dtype=np.float32), np.zeros(1, dtype=np.int64))
    batch = next(draw_epoch(replace(material, wordings=none), quick, 0))
    assert len(batch.one) == len(batch.other) == 0


def test_half_of_the_clips_are_heard_in_part_and_none_not_at_all(material, quick):
    examples = material.learnt
    there = torch.cat([batch.there for epoch in range(10) for batch in draw_epoch(material, quick, epoch)]).numpy()
    assert there.any(axis=1).all()
    whole = quick.model_copy(update={"shorter": 0.0})
    counts = np.concatenate([batch.there.sum(dim=1).numpy() for batch in draw_epoch(material, whole, 0)])
    assert sorted(counts) == sorted(examples.counts)
    assert there.sum() < 10 * examples.counts.sum()
    assert all("01" not in "".join(map(str, row.astype(int)))[row.argmax() :] for row in there)  # one run, no gap


def test_ranks_and_recalls_are_those_of_a_hand_count():
    cosines = np.array([[0.9, 0.1, 0.2], [0.5, 0.4, 0.1], [0.3, 0.3, 0.3]])
    assert ranks_of(cosines).tolist() == [1, 2, 1]
    found = retrieval(np.eye(2, dtype=np.float32), np.array([[0, 1], [1, 0]], dtype=np.float32))
    assert (found["pool"], found["text_to_audio_recall_1"], found["audio_to_text_recall_5"]) == (2, 0.0, 1.0)
    assert found["text_to_audio_median_rank"] == 2


def test_embeddings_are_unit_rows(material, start, quick):
    audio, text = embed(start(), material.held_out)
    assert audio.shape == text.shape == (80, quick.dim)
    np.testing.assert_allclose(np.linalg.norm(audio, axis=1), 1, atol=1e-5)


def test_a_batch_goes_to_where_the_towers_are(material, start, quick):
    trainer = ClapTrainer(start().to("meta"), material.classes, quick, 1)
    with pytest.raises(RuntimeError, match="on meta tensors"):  # not that tensors are on different devices
        trainer.step(next(draw_epoch(material, quick, 0)))
