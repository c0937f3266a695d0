from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from indexers.encoders import load_audio_encoder, load_joint_encoder, load_text_encoder
from indexers.encoders.doctor import (
    Finding,
    examine_audio_encoder,
    examine_joint_encoder,
    examine_text_encoder,
    examine_vectors,
    mean_cosine,
    occurrences,
    skewness,
)
from indexers.encoders.exam import PARAPHRASES, SENTENCES
from indexers.encoders.hub import testing as small
from indexers.models.store import ModelStore
from indexers.schema import Vectors, Waveforms
from indexers.testing import FakeEncoder, FakeJointEncoder, FakeTextEncoder, unit_rows

COLLAPSE, HUBS = "mean cosine between rows", "skew of 10-occurrence"


def healthy(n_rows: int = 400, dim: int = 32) -> Vectors:
    return np.random.default_rng(1).normal(size=(n_rows, dim)).astype(np.float32)


def failed(findings: list[Finding]) -> list[str]:
    return [finding.check for finding in findings if not finding.ok]


def test_healthy_vectors_pass() -> None:
    found = examine_vectors("music", healthy(), dim=32)
    assert failed(found) == []
    assert len(found) == 5
    assert {finding.subject for finding in found} == {"music"}


def test_values_that_are_not_finite_are_refused_wherever_they_are() -> None:
    vectors = healthy(9000)
    vectors[8999, 3] = np.nan
    vectors[5, 0] = np.inf
    found = examine_vectors("music", vectors)
    assert failed(found) == ["rows that are not finite"]
    assert found[0].value == 2
    assert np.isfinite([finding.value for finding in found]).all()


def test_another_dim_is_refused() -> None:
    assert failed(examine_vectors("music", healthy(), dim=33)) == ["dim"]


def test_dead_rows_are_refused() -> None:
    vectors = healthy()
    vectors[:3] = 0
    found = {finding.check: finding for finding in examine_vectors("music", vectors)}
    assert not found["rows of zeros"].ok
    assert found["rows of zeros"].value == 3


def test_a_collapsed_tower_is_refused() -> None:
    vectors = 1 + 0.03 * healthy()
    found = {finding.check: finding for finding in examine_vectors("clap", vectors)}
    assert not found[COLLAPSE].ok
    assert found[COLLAPSE].value > 0.99
    assert "clap" in found[COLLAPSE].remedy


def test_hubs_are_refused() -> None:
    vectors = unit_rows(healthy(800, 256)) + np.eye(256, dtype=np.float32)[0]
    vectors[:5] = np.eye(256)[0] + 0.01 * vectors[:5]
    found = {finding.check: finding for finding in examine_vectors("music", vectors)}
    assert not found[HUBS].ok
    assert found[COLLAPSE].ok


def test_few_rows_say_why_their_spread_is_not_measured() -> None:
    found = examine_vectors("music", np.ones((19, 4), dtype=np.float32))
    assert failed(found) == []
    assert [finding.remedy for finding in found if finding.check in (COLLAPSE, HUBS)] == [
        "not measured: 19 rows, at least 20 are needed"
    ] * 2
    assert failed(examine_vectors("music", np.ones((20, 4), dtype=np.float32))) == [COLLAPSE]


def test_no_rows_are_no_fault() -> None:
    assert failed(examine_vectors("music", np.empty((0, 4), dtype=np.float32))) == []


def test_mean_cosine_by_hand() -> None:
    rows = np.array([[1, 0], [0, 1], [0, 1]], dtype=np.float32)
    assert mean_cosine(rows) == pytest.approx(1 / 3)


def test_occurrences_by_hand() -> None:
    angles = np.radians([0, 10, 25, 90])
    rows = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert occurrences(rows, 1).tolist() == [1, 2, 1, 0]
    assert skewness(np.array([1, 2, 1, 0])) == 0
    assert skewness(np.array([0, 0, 0, 4])) == pytest.approx(2 / 3**0.5)
    assert skewness(np.array([3, 3, 3])) == 0


class Deaf(FakeEncoder):
    """Hears the same in everything."""

    def encode(self, windows: Waveforms) -> dict[str, Vectors]:
        heard = super().encode(windows)
        return {name: np.ones_like(rows) + 0.01 * rows for name, rows in heard.items()}


class Broken(FakeEncoder):
    """Divides by zero in silence, and forgot a dimension."""

    def encode(self, windows: Waveforms) -> dict[str, Vectors]:
        heard = super().encode(windows)
        heard["embedding"][0] = np.nan
        return {"tags": heard["tags"][:, :4], "embedding": heard["embedding"]}


class Mute(FakeTextEncoder):
    """Says the same of every text."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        return unit_rows(np.ones((len(texts), self.dim), dtype=np.float32) + 0.02 * super().encode(texts))


class Confused(FakeTextEncoder):
    """Tells texts apart but knows no meaning."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        return super().encode([text[::-1].replace(" ", "") for text in texts])


def test_encoders_of_sound_are_examined() -> None:
    assert failed(examine_audio_encoder(FakeEncoder())) == []
    assert failed(examine_audio_encoder(Deaf())) == ["mean cosine between sounds"] * 2
    assert failed(examine_audio_encoder(Broken())) == ["dim", "rows that are not finite"]


def test_encoders_of_text_are_examined() -> None:
    assert failed(examine_text_encoder(FakeTextEncoder())) == []
    assert failed(examine_text_encoder(Mute())) == [
        "mean cosine between sentences",
        "paraphrases nearer than others by",
    ]
    assert failed(examine_text_encoder(Confused())) == ["paraphrases nearer than others by"]


def test_the_exam_has_sixty_different_sentences() -> None:
    assert len(SENTENCES) == len(set(SENTENCES)) == 60
    assert len({text for pair in PARAPHRASES for text in pair}) == 20


@pytest.mark.parametrize("name", ["musicnn_msd", "musicnn_mtt", "yamnet"])
def test_real_encoders_of_sound_are_alive(name, model_store) -> None:
    assert failed(examine_audio_encoder(load_audio_encoder(name, model_store))) == []


def test_the_real_text_encoder_is_alive_by_far(model_store) -> None:
    found = {finding.check: finding for finding in examine_text_encoder(load_text_encoder("text", model_store))}
    assert all(finding.ok for finding in found.values())
    assert found["mean cosine between sentences"].value < 0.2
    assert found["paraphrases nearer than others by"].value > 0.4


@pytest.mark.parametrize(
    ("collapsed", "expected"),
    [(False, []), (True, ["mean cosine between sentences", "paraphrases nearer than others by"])],
)
def test_a_joint_checkpoint_passes_or_is_refused(
    tmp_path: Path, monkeypatch, collapsed: bool, expected: list[str]
) -> None:
    """An untrained text tower gives all texts nearly one vector, as the broken checkpoint of the hub does."""
    monkeypatch.setenv("SEGUE_MODELS", str(tmp_path / "models"))
    name = f"hub:{small.save_clap(tmp_path / 'clap', collapsed=collapsed)}"
    store = ModelStore(tmp_path)
    found = examine_joint_encoder(load_joint_encoder(name, store), [load_audio_encoder(name, store)])
    assert failed(found) == expected
    assert len(found) == 7
    assert all(
        f"run `segue models pull {name}`; if that does not help, choose another" in each.remedy for each in found
    )


def test_a_joint_space_in_which_all_sounds_are_alike_is_refused(monkeypatch) -> None:
    assert failed(examine_joint_encoder(FakeJointEncoder(), [FakeEncoder()])) == []
    one = unit_rows(np.ones((1, 16), dtype=np.float32))
    monkeypatch.setattr(FakeJointEncoder, "clips", lambda _, heard: np.tile(one, (len(heard["fake"]["embedding"]), 1)))
    assert failed(examine_joint_encoder(FakeJointEncoder(), [FakeEncoder()])) == ["mean cosine between sounds"]
    monkeypatch.setattr(FakeJointEncoder, "clips", lambda _, heard: heard["fake"]["embedding"] * np.float32(np.nan))
    assert failed(examine_joint_encoder(FakeJointEncoder(), [FakeEncoder()])) == ["rows that are not finite", "dim"]


def test_a_healthy_sentence_checkpoint_passes(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SEGUE_MODELS", str(tmp_path / "models"))
    name = f"hub:{small.save_sentences(tmp_path / 'sentences')}"
    assert failed(examine_text_encoder(load_text_encoder(name, ModelStore(tmp_path)))) == []


def test_trained_towers_are_trained_again_not_pulled():
    class Collapsed(FakeTextEncoder):
        name = "clap:/towers"

        def encode(self, texts):
            return unit_rows(np.ones((len(texts), self.dim), dtype=np.float32))

    failed = [finding for finding in examine_text_encoder(Collapsed()) if not finding.ok]
    assert failed
    assert all("segue train clap" in finding.remedy and "pull" not in finding.remedy for finding in failed)
