from collections.abc import Sequence

import numpy as np
import pytest

from indexers.encoders import load_audio_encoder, load_text_encoder
from indexers.encoders.reference import reference
from indexers.encoders.taggram import (
    LEAST_SPREAD,
    MAX_CLASSES,
    PRIOR_TRACKS,
    TAG_ENCODERS,
    Taggram,
    class_names,
    class_texts,
    clip_evidence,
    content_words,
    fit_norm,
    standardise,
    track_evidence,
)
from indexers.errors import ConfigError, ShapeError
from indexers.schema import Vectors

FAKE = ("fake",)


class Axes:
    """Known words are axes of a small space; anything else is far from all of them."""

    name, fingerprint, dim = "axes", "0", 5
    words = ("piano", "guitar", "rain", "dog")

    def encode(self, texts: Sequence[str]) -> Vectors:
        rows = np.array([[word in text for word in self.words] + [False] for text in texts], dtype=np.float32)
        rows[rows.sum(axis=1) == 0, 4] = 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def taggram() -> Taggram:
    return Taggram(Axes(), Axes.words)


def test_evidence_is_log_odds_side_by_side() -> None:
    msd, yamnet = np.full((2, 50), 0.5), np.full((2, 521), 0.9)
    yamnet[1, 3] = 0.0
    evidence = clip_evidence({"yamnet": {"tags": yamnet}, "text": {}, "musicnn_msd": {"tags": msd}})
    assert evidence.shape == (2, 571)
    assert evidence.dtype == np.float32
    np.testing.assert_allclose(evidence[0], [0.0] * 50 + [np.log(9)] * 521, rtol=1e-6)
    assert evidence[1, 53] == pytest.approx(np.log(0.001 / 0.999))


def test_evidence_of_a_track_is_the_mean_of_its_clips() -> None:
    clips = np.array([[0, 2], [4, -2], [2, 3]], dtype=np.float32)
    np.testing.assert_allclose(track_evidence(clips), [2, 1])


def test_a_large_library_is_judged_by_itself() -> None:
    evidence = np.random.default_rng(1).normal([5, -9, 0, 1, 2], [1, 2, 3, 1, 1], (20_000, 5)).astype(np.float32)
    norm = fit_norm((evidence[at : at + 512] for at in range(0, 20_000, 512)), FAKE)
    np.testing.assert_allclose(norm.centre, evidence.mean(axis=0), atol=0.02)
    np.testing.assert_allclose(norm.scale, np.sqrt(evidence.var(axis=0) + LEAST_SPREAD**2), atol=0.05)
    z = standardise(evidence, norm)
    assert np.abs(z.mean(axis=0)).max() < 0.02
    assert (z.std(axis=0) < 1).all()


def test_a_small_library_is_judged_by_the_reference() -> None:
    usual = reference(FAKE)
    np.testing.assert_allclose(fit_norm([], FAKE).centre, usual.centre, rtol=1e-6)
    evidence = np.full((3, 5), 4.0, dtype=np.float32)
    centre = (PRIOR_TRACKS * usual.centre + 3 * 4.0) / (PRIOR_TRACKS + 3)
    np.testing.assert_allclose(fit_norm([evidence], FAKE).centre, centre, rtol=1e-6)
    assert (standardise(evidence, fit_norm([evidence], FAKE)) > 1).all()


def test_the_reference_knows_every_class() -> None:
    usual = reference(TAG_ENCODERS)
    assert usual.centre.shape == usual.spread.shape == (621,)
    assert len(np.unique(usual.centre)) > 300
    assert (usual.spread > 0).all()
    names = class_names(TAG_ENCODERS)
    assert usual.centre[names.index("Music")] > usual.centre[names.index("Bagpipes")] + 3


def test_evidence_of_other_classes_is_refused() -> None:
    with pytest.raises(ShapeError, match="evidence of 4 classes, norm of 5"):
        standardise(np.zeros((2, 4), dtype=np.float32), fit_norm([], FAKE))


def test_a_known_word_weighs_its_class(taggram: Taggram) -> None:
    weights = taggram.weights(["piano"])
    assert weights.shape == (1, 4)
    assert weights[0, 0] > 0.99
    assert weights[0, 1:].max() < 1e-3


def test_words_are_weighed_together(taggram: Taggram) -> None:
    weights = taggram.weights(["piano and guitar in the rain"])[0]
    np.testing.assert_allclose(weights[:3], weights[:3].mean(), atol=0.01)
    assert weights[:3].sum() > 0.6
    assert weights[3] < 1e-3


def test_known_words_speak_for_a_text_that_is_not_known_as_a_whole() -> None:
    class Exact(Axes):
        def encode(self, texts: Sequence[str]) -> Vectors:
            return super().encode([text if text in self.words else "" for text in texts])

    weights = Taggram(Exact(), Axes.words).weights(["a piano in the rain"])[0]
    np.testing.assert_allclose(weights / weights.sum(), [0.375, 0.125, 0.375, 0.125], atol=1e-3)


def test_a_text_of_no_sound_weighs_next_to_nothing(taggram: Taggram) -> None:
    assert 0 < taggram.weights(["tax return"]).sum() < 1e-3


def test_few_classes_weigh_and_those_that_fit_best() -> None:
    vectors = np.linalg.qr(np.random.default_rng(4).normal(size=(300, 300)))[0].astype(np.float32)
    names = [f"class {row}" for row in range(300)]

    class Mixed(Axes):
        dim = 300

        def encode(self, texts: Sequence[str]) -> Vectors:
            return np.repeat(vectors[:100].sum(axis=0, keepdims=True) / 10, len(texts), axis=0)

    weights = Taggram(Mixed(), names, vectors=vectors).weights(["everything"])[0]
    assert np.count_nonzero(weights) == MAX_CLASSES
    assert np.flatnonzero(weights).max() < 100


def test_no_texts_give_no_rows(taggram: Taggram) -> None:
    assert taggram.weights([]).shape == (0, 4)
    assert taggram.weights([""]).shape == (1, 4)


def test_explains_by_name_heaviest_first(taggram: Taggram) -> None:
    weights = np.array([0.2, 0.0, 0.5, 0.1], dtype=np.float32)
    told = taggram.explain(weights, top=4)
    assert [name for name, _ in told] == ["rain", "piano", "dog"]
    assert told[0][1] == pytest.approx(0.5)


def test_class_vectors_of_another_encoder_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(2, 7\), not \[4, 5\]"):
        Taggram(Axes(), Axes.words, vectors=np.zeros((2, 7), dtype=np.float32))


def test_empty_words_do_not_count() -> None:
    assert content_words("The sound of a Piano, and the piano in R&B") == ["piano", "r&b"]


def test_real_queries_find_their_classes(model_store) -> None:
    names = class_names(TAG_ENCODERS)
    text = load_text_encoder("text", model_store)
    taggram = Taggram(text, names, vectors=text.encode(class_texts(TAG_ENCODERS)))
    for query, expected in {"violin": "violin", "rapper": "Rapping", "barking dog": "Bark", "techno": "techno"}.items():
        assert expected in [name for name, _ in taggram.explain(taggram.weights([query])[0], top=5)], query
    meant, unmeant = taggram.weights(["string orchestra with flute", "renew a passport online"]).sum(axis=1)
    assert meant > 5 * unmeant


def test_three_real_sounds_are_told_apart(model_store, shared_data) -> None:
    import soundfile

    labels = {"dog bark": "001 - Dog bark", "rain": "002 - Rain", "rooster": "009 - Rooster"}
    encoders = [load_audio_encoder(name, model_store) for name in TAG_ENCODERS]
    heard = []
    for folder in labels.values():
        path = sorted((shared_data / "audio" / "esc10" / folder).glob("1-*.ogg"))[0]
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
        at = np.arange(48_128) * rate / 16_000
        window = np.interp(at, np.arange(len(sound)), sound.mean(axis=1)).astype(np.float32)[np.newaxis]
        outputs = {encoder.name: encoder.encode(window) for encoder in encoders}
        heard.append(track_evidence(clip_evidence(outputs)))
    text = load_text_encoder("text", model_store)
    taggram = Taggram(text, class_names(TAG_ENCODERS), vectors=text.encode(class_texts(TAG_ENCODERS)))
    z = standardise(np.stack(heard), fit_norm([np.stack(heard)], TAG_ENCODERS))
    assert (taggram.weights(list(labels)) @ z.T).argmax(axis=1).tolist() == [0, 1, 2]


def test_encoders_without_tags_give_no_evidence() -> None:
    with pytest.raises(ConfigError, match="gives tags"):
        clip_evidence({"text": {}})


def test_texts_that_stand_for_one_thing_are_weighed_together(taggram: Taggram) -> None:
    lists = [["piano", "piano and guitar", "tax return"], ["rain"]]
    weights = taggram.mean_weights(lists)
    rows = taggram.weights(lists[0])
    mean = rows.mean(axis=0)
    np.testing.assert_allclose(weights[0], mean / mean.sum() * rows.sum(axis=1).max(), rtol=1e-5)
    np.testing.assert_allclose(weights[1], taggram.weights(["rain"])[0], rtol=1e-5)
    assert weights[0].sum() == pytest.approx(rows[0].sum(), rel=1e-4)  # "piano" is known best


def test_texts_weigh_the_same_alone_and_together(taggram: Taggram) -> None:
    texts = ["piano and guitar in the rain", "dog", "a dog in the rain", "dog"]
    together = taggram.weights(texts)
    np.testing.assert_allclose(together, np.concatenate([taggram.weights([text]) for text in texts]), rtol=1e-5)
