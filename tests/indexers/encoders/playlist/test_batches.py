"""Batches hold every track once where nothing is cropped, and the same epoch gives the same batches."""

import numpy as np

from indexers.encoders.playlist.batches import epoch_batches, fixed_batches, mix, pad
from indexers.encoders.playlist.settings import Seq2SeqSettings

LISTS = [np.arange(n, dtype=np.int64) + 1000 * n for n in (1, 2, 3, 7, 12, 25, 25, 60, 101)]


def held(batches):
    return sorted(row for batch in batches for row in batch.rows[batch.there].tolist())


def test_pad_by_hand():
    batch = pad([np.array([5, 6, 7]), np.array([9])])
    assert batch.rows.tolist() == [[5, 6, 7], [9, 0, 0]]
    assert batch.lengths.tolist() == [3, 1]
    assert batch.there.tolist() == [[True, True, True], [True, False, False]]


def test_an_epoch_without_crops_holds_every_track_once():
    settings = Seq2SeqSettings(crop=0.0, mix=0.0, chunk_tracks=20, batch_tracks=64)
    batches = epoch_batches(LISTS, settings, 4)
    assert held(batches) == sorted(row for rows in LISTS for row in rows.tolist())
    assert max(batch.rows.shape[1] for batch in batches) <= 20
    assert max(batch.rows.size for batch in batches) <= 64
    for batch in batches:
        inside = np.diff(batch.rows, axis=1)[batch.there[:, 1:]]
        assert (inside == 1).all()  # in the playlist's own order


def test_epochs_differ_and_repeat():
    settings = Seq2SeqSettings(crop=0.5, chunk_tracks=20, batch_tracks=64)
    again = [[batch.rows.tolist() for batch in epoch_batches(LISTS, settings, epoch)] for epoch in (1, 1, 2)]
    assert again[0] == again[1]
    assert again[0] != again[2]


def test_crops_are_parts_in_order():
    settings = Seq2SeqSettings(crop=1.0, mix=0.0, chunk_tracks=20)
    batches = epoch_batches(LISTS, settings, 0)
    lengths = np.concatenate([batch.lengths for batch in batches])
    assert sum(lengths >= 3) >= 6
    assert lengths.max() <= 20
    assert sum(lengths) < sum(map(len, LISTS))


def test_mixing_keeps_lengths_and_takes_tracks_of_shared_playlists():
    lists = [np.array(rows) for rows in ([0, 1, 2, 3], [3, 4, 5, 6], [7, 8, 9])]
    same = mix(lists, 0.0, np.random.default_rng(0))
    assert all(one is other for one, other in zip(same, lists, strict=True))
    changed = 0
    for seed in range(50):
        mixed = mix(lists, 1.0, np.random.default_rng(seed))
        for rows, own in zip(mixed, lists, strict=True):
            assert len(set(rows.tolist())) == len(own)
            changed += int((rows != own).sum())
        assert set(mixed[0].tolist()) <= set(range(7))
        assert set(mixed[1].tolist()) <= set(range(7))
        assert mixed[0][:3].max() <= 3  # only track 3 is in another playlist too
        assert sorted(mixed[2].tolist()) == [7, 8, 9]  # which shares no track
    assert changed > 8


def test_fixed_batches_name_their_playlists():
    lists = [LISTS[4], LISTS[0][:0], LISTS[8], LISTS[1]]
    found = {
        place: batch.rows[at][batch.there[at]]
        for rows, batch in fixed_batches(lists, 50, 100)
        for at, place in enumerate(rows.tolist())
    }
    assert sorted(found) == [0, 2, 3]
    assert found[2].tolist() == LISTS[8][:50].tolist()
    assert found[3].tolist() == LISTS[1].tolist()
