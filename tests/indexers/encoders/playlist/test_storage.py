"""An encoder comes back from its folder as it went; one that was altered is refused."""

import json

import numpy as np
import pytest
import torch

from indexers.base import PlaylistEncoder
from indexers.catalog.corpus import known_rows
from indexers.catalog.playlists.entry import Entry
from indexers.encoders.playlist import check_kind, load_playlist_encoder
from indexers.encoders.playlist.bow import fit_bow
from indexers.encoders.playlist.network import BOTH_WAYS, Network
from indexers.encoders.playlist.seq2seq import Seq2SeqEncoder
from indexers.encoders.playlist.settings import Item2VecSettings, Seq2SeqSettings
from indexers.encoders.playlist.sif import fit_sif
from indexers.encoders.playlist.storage import CARD, VOCABULARY, WEIGHTS, write_folder
from indexers.errors import ConfigError, LibraryError, ModelError

SETTINGS = Seq2SeqSettings(tracks=Item2VecSettings(dim=8), dim=12, hidden=10)


def make(kind, corpus):
    vectors = np.random.default_rng(4).normal(size=(40, 8)).astype(np.float32)
    if kind == "bow":
        return fit_bow(corpus, vectors)
    if kind == "sif":
        return fit_sif(corpus, vectors)
    torch.manual_seed(2)
    return Seq2SeqEncoder(kind, corpus.vocabulary, Network(40, SETTINGS, both_ways=BOTH_WAYS[kind]), SETTINGS)


@pytest.mark.parametrize("kind", ["bow", "sif", "seq2seq-uni", "seq2seq-bi"])
def test_there_and_back(scenes, tmp_path, kind):
    encoder = make(kind, scenes)
    write_folder(tmp_path, encoder.stored())
    loaded = load_playlist_encoder(tmp_path)
    assert isinstance(loaded, PlaylistEncoder)
    assert (loaded.name, loaded.dim, loaded.fingerprint) == (kind, encoder.dim, encoder.fingerprint)
    assert loaded.vocabulary == scenes.vocabulary
    np.testing.assert_array_equal(loaded.encode(scenes.lists[:9]), encoder.encode(scenes.lists[:9]))
    named = [Entry(artist="ARTIST-1", title="title5"), Entry(artist="nobody", title="nothing")]
    rows = known_rows(named, loaded.vocabulary.row_of())
    assert rows.tolist() == [5]


def test_fingerprints_tell_weights_and_vocabulary_apart(scenes):
    vectors = np.random.default_rng(4).normal(size=(40, 8)).astype(np.float32)
    other = vectors.copy()
    other[3, 3] += 1
    prints = {fit_bow(scenes, vectors).fingerprint, fit_bow(scenes, other).fingerprint, make("sif", scenes).fingerprint}
    assert len(prints) == 3
    assert fit_bow(scenes, vectors).fingerprint in prints


def test_an_altered_folder_is_refused(scenes, tmp_path):
    encoder = make("bow", scenes)
    write_folder(tmp_path, encoder.stored())
    weights = (tmp_path / WEIGHTS).read_bytes()
    (tmp_path / WEIGHTS).write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    with pytest.raises(ModelError, match="is not what its card tells of: train it again"):
        load_playlist_encoder(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(weights[:50])
    with pytest.raises(ModelError, match="damaged or missing"):
        load_playlist_encoder(tmp_path)
    (tmp_path / WEIGHTS).write_bytes(weights)
    (tmp_path / VOCABULARY).write_bytes(b"nothing")
    with pytest.raises(LibraryError, match="is damaged"):
        load_playlist_encoder(tmp_path)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"format": 99}, ModelError, "has format 99, this Segue reads up to 1"),
        ({"format": "x"}, ModelError, "is not a card"),
        ({"kind": None}, ModelError, "is not what its card tells of"),
        ({"settings": ...}, ModelError, "does not say 'settings'"),
    ],
)
def test_a_card_that_cannot_be_used(scenes, tmp_path, change, error, message):
    write_folder(tmp_path, make("bow", scenes).stored())
    card = json.loads((tmp_path / CARD).read_text())
    card |= change
    (tmp_path / CARD).write_text(json.dumps({name: value for name, value in card.items() if value is not ...}))
    with pytest.raises(error, match=message):
        load_playlist_encoder(tmp_path)


def test_no_encoder_there(tmp_path):
    with pytest.raises(ModelError, match=r"no playlist encoder at .*: make one with `segue train playlist`"):
        load_playlist_encoder(tmp_path)
    with pytest.raises(ConfigError, match="no playlist encoder 'lstm'; there are bow, sif, seq2seq-uni, seq2seq-bi"):
        check_kind("lstm")
