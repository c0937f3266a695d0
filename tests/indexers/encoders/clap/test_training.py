import numpy as np
import pytest
import torch

from indexers.encoders.clap.retrieval import ranks_of, retrieval
from indexers.encoders.clap.training import ClapTrainer, draw_epoch, embed, recall, start_towers, train
from indexers.encoders.learning.run import CHECKPOINT, Run
from indexers.errors import ConfigError

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def sides(make_examples):
    return make_examples(240, 1), make_examples(80, 2)


def learn(sides, settings, folder, **limits):
    towers = start_towers(sides[0], settings, CPU)
    position = train(towers, *sides, settings, Run(folder, "same", limits.get("minutes", float("inf"))))
    return towers, position


def test_what_belongs_together_is_learnt(sides, quick, tmp_path):
    before = recall(start_towers(sides[0], quick, CPU), sides[1])
    towers, position = learn(sides, quick, tmp_path)
    assert before < 0.3
    assert recall(towers, sides[1]) > 0.8
    assert position.best == pytest.approx(recall(towers, sides[1]))
    assert [record["epoch"] for record in position.records] == list(range(1, position.epoch + 1))


def test_a_training_cut_short_goes_on_to_the_same_weights(sides, quick, tmp_path):
    whole, _ = learn(sides, quick, tmp_path / "whole")
    _, position = learn(sides, quick, tmp_path / "parts", minutes=1e-9)
    assert position.epoch == 1
    resumed, position = learn(sides, quick, tmp_path / "parts")
    assert position.epoch == quick.epochs
    for (name, one), two in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        torch.testing.assert_close(one, two, rtol=0, atol=0, msg=name)


def test_a_checkpoint_of_other_settings_is_refused(sides, quick, tmp_path):
    learn(sides, quick, tmp_path, minutes=1e-9)
    assert (tmp_path / CHECKPOINT).exists()
    with pytest.raises(ConfigError, match="other examples or with other settings"):
        train(start_towers(sides[0], quick, CPU), *sides, quick, Run(tmp_path, "another", float("inf")))


def test_captions_and_rewrites_are_drawn_as_often_as_asked(sides, quick):
    examples, _ = sides
    row_of = {row.tobytes(): number for number, row in enumerate(examples.sentences)}
    drawn = [row_of[row.numpy().tobytes()] for epoch in range(20) for batch in draw_epoch(examples, quick, epoch)
             for row in batch.sentences]  # fmt: skip
    assert np.mean(np.array(drawn) % 3 == 0) == pytest.approx(quick.original, abs=0.03)
    only = quick.model_copy(update={"original": 1.0})
    assert all(
        row_of[row.numpy().tobytes()] % 3 == 0 for batch in draw_epoch(examples, only, 0) for row in batch.sentences
    )


def test_half_of_the_clips_are_heard_in_part_and_none_not_at_all(sides, quick):
    examples, _ = sides
    there = torch.cat([batch.there for epoch in range(10) for batch in draw_epoch(examples, quick, epoch)]).numpy()
    assert there.any(axis=1).all()
    whole = quick.model_copy(update={"shorter": 0.0})
    counts = np.concatenate([batch.there.sum(dim=1).numpy() for batch in draw_epoch(examples, whole, 0)])
    assert sorted(counts) == sorted(examples.counts)
    assert there.sum() < 10 * examples.counts.sum()
    assert all("01" not in "".join(map(str, row.astype(int)))[row.argmax() :] for row in there)  # one run, no gap


def test_ranks_and_recalls_are_those_of_a_hand_count():
    cosines = np.array([[0.9, 0.1, 0.2], [0.5, 0.4, 0.1], [0.3, 0.3, 0.3]])
    assert ranks_of(cosines).tolist() == [1, 2, 1]
    found = retrieval(np.eye(2, dtype=np.float32), np.array([[0, 1], [1, 0]], dtype=np.float32))
    assert (found["pool"], found["text_to_audio_recall_1"], found["audio_to_text_recall_5"]) == (2, 0.0, 1.0)
    assert found["text_to_audio_median_rank"] == 2


def test_embeddings_are_unit_rows(sides, quick):
    audio, text = embed(start_towers(sides[0], quick, CPU), sides[1])
    assert audio.shape == text.shape == (80, quick.dim)
    np.testing.assert_allclose(np.linalg.norm(audio, axis=1), 1, atol=1e-5)


def test_a_batch_goes_to_where_the_towers_are(sides, quick):
    trainer = ClapTrainer(start_towers(sides[0], quick, CPU).to("meta"), quick, 1)
    with pytest.raises(RuntimeError, match="on meta tensors"):  # not that tensors are on different devices
        trainer.step(next(draw_epoch(sides[0], quick, 0)))
