"""Sound and text become vectors here.

Each encoder is found by name in one of two registries; loading one is the only thing that imports its library. All
sound encoders take the same windows, 48,128 samples at 16 kHz (3.008 s), so that a track is decoded once for all.
"""

import hashlib
from collections.abc import Callable, Mapping

from indexers.base import AudioEncoder, TextEncoder
from indexers.errors import ConfigError
from indexers.models.cards import CARDS
from indexers.models.store import ModelStore

# grows when an encoder's own code would give other numbers for the same sound or text
REVISIONS = {"musicnn_msd": 1, "musicnn_mtt": 1, "yamnet": 2, "text": 1}


def fingerprint_of(name: str) -> str:
    """Tell what an encoder's numbers depend on, in hex; loads nothing and needs no weights.

    Raises:
        ConfigError: there is no such encoder.
    """
    if name in REVISIONS:
        card = CARDS[name]
        told = f"{name} {card.source_digest} {card.revision} {REVISIONS[name]}"
        return hashlib.sha256(told.encode()).hexdigest()
    if name == "fake":
        return _fake().fingerprint
    if name == "fake-text":
        return _fake_text().fingerprint
    raise _unknown(name, {**AUDIO_ENCODERS, **TEXT_ENCODERS})


def load_audio_encoder(name: str, store: ModelStore, *, device: str = "cpu") -> AudioEncoder:
    """Load a sound encoder.

    Args:
        name: A key of `AUDIO_ENCODERS`.
        store: Where its weights were pulled to.
        device: "cpu", "cuda" or "auto"; encoders that have no GPU path run on the CPU.

    Raises:
        ConfigError: there is no such encoder or device.
        ModelError: its weights are missing or damaged.
    """
    if name not in AUDIO_ENCODERS:
        raise _unknown(name, AUDIO_ENCODERS)
    return AUDIO_ENCODERS[name](store, device)


def load_text_encoder(name: str, store: ModelStore) -> TextEncoder:
    """Load a text encoder.

    Args:
        name: A key of `TEXT_ENCODERS`.
        store: Where its weights were pulled to.

    Raises:
        ConfigError: there is no such encoder.
        ModelError: its weights are missing or damaged.
    """
    if name not in TEXT_ENCODERS:
        raise _unknown(name, TEXT_ENCODERS)
    return TEXT_ENCODERS[name](store)


def _unknown(name: str, known: Mapping[str, object]) -> ConfigError:
    return ConfigError(f"no encoder {name!r}; there are {', '.join(known)}")


def _musicnn(name: str) -> Callable[[ModelStore, str], AudioEncoder]:
    def load(store: ModelStore, device: str) -> AudioEncoder:
        from indexers.encoders.musicnn import MusicnnEncoder

        return MusicnnEncoder(name, store.path(name), fingerprint_of(name), device=device)

    return load


def _yamnet(store: ModelStore, _: str) -> AudioEncoder:
    from indexers.encoders.yamnet import YamnetEncoder

    return YamnetEncoder(store.path("yamnet"), fingerprint_of("yamnet"))


def _text(store: ModelStore) -> TextEncoder:
    from indexers.encoders.text import SentenceEncoder

    return SentenceEncoder(store.path("text"), fingerprint_of("text"))


def _fake(*_: object) -> AudioEncoder:
    from indexers.testing import FakeEncoder

    return FakeEncoder()


def _fake_text(*_: object) -> TextEncoder:
    from indexers.testing import FakeTextEncoder

    return FakeTextEncoder()


AUDIO_ENCODERS: dict[str, Callable[[ModelStore, str], AudioEncoder]] = {
    "musicnn_msd": _musicnn("musicnn_msd"),
    "musicnn_mtt": _musicnn("musicnn_mtt"),
    "yamnet": _yamnet,
    "fake": _fake,
}

TEXT_ENCODERS: dict[str, Callable[[ModelStore], TextEncoder]] = {"text": _text, "fake-text": _fake_text}
