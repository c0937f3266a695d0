"""By value against sentence-transformers itself."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexers.base import TextEncoder
from indexers.encoders import fingerprint_of, load_text_encoder
from indexers.encoders.hub import testing as small
from indexers.encoders.hub.loading import quiet
from indexers.encoders.hub.testing import write
from indexers.errors import ModelError
from indexers.models.store import ModelStore
from indexers.testing import TextEncoderContract


@pytest.fixture(scope="module")
def loaded(sentences_folder: Path) -> TextEncoder:
    return load_text_encoder(f"hub:{sentences_folder}", ModelStore(sentences_folder))


@pytest.fixture(scope="module")
def original(sentences_folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    with quiet():
        return SentenceTransformer(str(sentences_folder), device="cpu")


class TestSentences(TextEncoderContract):
    @pytest.fixture
    def encoder(self, loaded: TextEncoder) -> TextEncoder:
        return loaded


def test_texts_are_what_sentence_transformers_makes_of_them(loaded: TextEncoder, original: Any) -> None:
    texts = ["a slow piano piece", "rain on a tin roof", "birds"]
    np.testing.assert_allclose(loaded.encode(texts), original.encode(texts, show_progress_bar=False), atol=1e-6)
    assert loaded.fingerprint == fingerprint_of(loaded.name)


def test_a_long_text_is_read_to_its_end(loaded: TextEncoder, original: Any) -> None:
    first, last = (
        "a man tells a story . " * 2 + "a man tells a story .",
        "rain on a tin roof . " * 3 + "birds at dawn .",
    )
    rows = original.encode([first, last], show_progress_bar=False)
    mean = rows.sum(axis=0) / np.linalg.norm(rows.sum(axis=0))
    np.testing.assert_allclose(loaded.encode([f"{first} {last}"])[0], mean, atol=1e-6)
    cut = original.encode([f"{first} {last}"], show_progress_bar=False)[0]
    assert not np.allclose(cut, mean, atol=1e-3)  # what it would have been


def test_the_default_prompt_is_used(sentences_folder: Path, copy_of, original: Any) -> None:
    folder = copy_of(sentences_folder)
    write(
        folder / "config_sentence_transformers.json",
        {"prompts": {"query": "music with "}, "default_prompt_name": "query"},
    )
    encoder = load_text_encoder(f"hub:{folder}", ModelStore(folder))
    expected = original.encode(["music with slow piano"], show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode(["slow piano"]), expected, atol=1e-6)
    n_words = small.LIMIT - 4  # the marks and the prompt's two words
    whole, last = original.encode(["music with " + "rain " * n_words, "music with birds"], show_progress_bar=False)
    np.testing.assert_allclose(encoder.encode(["rain " * n_words]), [whole], atol=1e-6)
    mean = (whole + last) / np.linalg.norm(whole + last)
    np.testing.assert_allclose(encoder.encode(["rain " * n_words + "birds"]), [mean], atol=1e-6)


def test_a_clap_is_no_text_encoder(clap_folder: Path) -> None:
    with pytest.raises(ModelError, match=r"is clap, not sentence-transformers"):
        load_text_encoder(f"hub:{clap_folder}", ModelStore(clap_folder))
