import numpy as np
import pytest

from indexers.encoders.clap.texts import reading
from indexers.encoders.clap.texts.reading import READ_DIM, TEXT_DIM, Texts, group_texts, join_texts, read_texts
from indexers.errors import ModelError


class Counting:
    """Vectors of hashed texts, that counts what it was asked."""

    name, fingerprint, dim = "text", "f" * 64, TEXT_DIM

    def __init__(self):
        self.asked = []

    def encode(self, texts):
        self.asked += texts
        return np.stack([np.random.default_rng([*text.encode()]).normal(size=TEXT_DIM) for text in texts]).astype("f4")


def test_a_text_has_its_vector_and_the_moment_of_its_clauses():
    encoder = Counting()
    plain, ordered, turned = read_texts(["slow piano", "a dog, then rain", "rain, then a dog"], encoder.encode)
    dog, rain = encoder.encode(["a dog", "rain"])
    np.testing.assert_array_equal(plain[:TEXT_DIM], encoder.encode(["slow piano"])[0])
    assert not plain[TEXT_DIM:].any()
    np.testing.assert_allclose(ordered[TEXT_DIM:], (rain - dog) / 2, rtol=1e-6)
    np.testing.assert_allclose(turned[TEXT_DIM:], -ordered[TEXT_DIM:], rtol=1e-6)


def test_what_all_clauses_have_in_common_is_not_in_the_moment():
    def same(texts):
        return np.ones((len(texts), TEXT_DIM), dtype=np.float32)

    (read,) = read_texts(["a siren, then a dog while rain falls"], same)
    np.testing.assert_allclose(read[TEXT_DIM:], 0, atol=1e-6)


def test_every_text_is_read_once_also_by_another_training(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "READ_AT_ONCE", 2)
    encoder = Counting()
    texts = group_texts([["a", "b"], [], ["c", "a"]], tmp_path, encoder)
    assert (texts.starts.tolist(), texts.read.shape) == ([0, 2, 2, 4], (4, READ_DIM))
    np.testing.assert_array_equal(texts.read[0], texts.read[3])
    more = group_texts([["d", "b"]], tmp_path, encoder)
    assert sorted(encoder.asked) == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(more.read[1], texts.read[1])
    np.testing.assert_allclose(more.read[0, :TEXT_DIM], encoder.encode(["d"])[0], atol=1e-2)  # kept in half precision


def test_damage_is_told(tmp_path):
    group_texts([["a"]], tmp_path, Counting())
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"broken")
    with pytest.raises(ModelError, match="damaged"):
        group_texts([["a"]], tmp_path, Counting())


def test_groups_are_drawn_from_as_asked():
    texts = Texts(np.zeros((6, READ_DIM), dtype=np.float32), np.array([0, 3, 3, 6]))
    rng = np.random.default_rng(0)
    drawn = np.stack([texts.draw(rng, 0.5)[0] for _ in range(2000)])
    assert np.mean(drawn[:, 0] == 0) == pytest.approx(0.5, abs=0.05)
    assert set(drawn[:, 2]) == {3, 4, 5}
    alike = np.stack([texts.draw(rng)[0] for _ in range(3000)])
    assert np.bincount(alike[:, 2], minlength=6)[3:] == pytest.approx([1000] * 3, abs=120)
    assert texts.draw(rng)[1].tolist() == [3, 0, 3]


def test_joined_groups_keep_their_texts():
    def made(value, starts):
        return Texts(np.full((starts[-1], READ_DIM), value, dtype=np.float32), np.array(starts))

    texts = join_texts([made(1, [0, 2]), made(2, [0]), made(3, [0, 0, 1])])
    assert texts.starts.tolist() == [0, 2, 2, 3]
    assert texts.read[:, 0].tolist() == [1, 1, 3]
