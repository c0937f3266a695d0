from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from engine.continuation.fit import FitSettings, Tools, fit_suite
from engine.continuation.model import ColdTracks, load_model, save_model
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.encoders.playlist.settings import Item2VecSettings
from indexers.errors import InputError, ModelError
from indexers.schema import Seeds
from indexers.testing import FakeTextEncoder
from rankers.learned import LearnedSettings
from rankers.recommend.als import AlsSettings

QUICK = FitSettings(
    als=AlsSettings(factors=8, regularization=0.1, alpha=10.0, iterations=3),
    item2vec=Item2VecSettings(dim=8, epochs=3, window=5, negative=3, sample=0),
    ranker=LearnedSettings(n_trees=10, n_leaves=4, leaf_candidates=5, threads=1),
)


def playlists(n=400):
    """Three tastes of 80 tracks each; playlists of 16, one a day."""
    rng = np.random.default_rng(5)
    made = []
    for number in range(n):
        taste = number % 3
        tracks = rng.permutation(80)[:16] + 80 * taste
        entries = tuple(Entry("", f"artist {row % 11} of {taste}", f"track {row}") for row in tracks)
        day = date(2020, 1, 1) + timedelta(days=number)
        made.append(Playlist(f"taste {taste}", entries, str(number), f"taste {taste}", "radio", day.isoformat()))
    return made


@pytest.fixture(scope="module")
def fitted():
    told = []
    found = fit_suite(playlists(), QUICK, Tools(FakeTextEncoder(), told.append))
    assert any("second stage" in stage for stage in told)
    return found


def test_every_arm_is_fitted_and_weighed(fitted):
    suite = fitted.suite
    assert suite.names == (
        "popularity", "item_knn_cosine", "item_knn_bm25", "session_knn", "item2vec", "playlist_sif", "names",
        "names_recent", "als",
    )  # fmt: skip
    assert set(suite.blend.weights) == {0, 1, 5, 10}  # playlists of 16 leave nothing to find after 25
    assert suite.ranker is not None
    assert len(fitted.corpus.lists) == 400


def test_a_playlist_is_continued_in_its_taste(fitted):
    row_of = fitted.vocabulary.row_of()
    rows = np.array([row_of[(f"artist{row % 11}of1", f"track{row}")] for row in (81, 85, 90)])
    for seeds in (Seeds(rows), Seeds(rows, "taste 1"), Seeds(name="taste 1")):
        ranked = fitted.suite.rank(seeds, 20)
        titles = [fitted.vocabulary.titles[row] for row in ranked.rows]
        assert all(80 <= int(title.split()[1]) < 160 for title in titles), seeds
        assert not np.isin(ranked.rows, seeds.rows).any()


def test_what_was_learnt_survives_being_written(fitted, tmp_path):
    cold = ColdTracks(("c1", "c2"), np.eye(2, 8, dtype=np.float32))
    folder = tmp_path / "models" / "continuation"
    for _ in range(2):  # a second one takes the place of the first
        save_model(folder, fitted, QUICK, "400 playlists", cold)
    assert [path.name for path in folder.parent.iterdir()] == ["continuation"]
    again = load_model(folder, FakeTextEncoder())
    assert again.learnt_from == "400 playlists"
    assert again.cold.track_ids == ("c1", "c2")
    assert again.vocabulary == fitted.vocabulary
    seeds = Seeds(np.array([3, 7, 11]), "taste 2", 737_500)
    one, two = fitted.suite.rank(seeds, 50), again.suite.rank(seeds, 50)
    assert one.rows.tolist() == two.rows.tolist()
    np.testing.assert_allclose(one.shares, two.shares, rtol=1e-4, atol=1e-5)


def test_a_damaged_model_is_told_in_one_line(fitted, tmp_path):
    folder = tmp_path / "continuation"
    save_model(folder, fitted, QUICK, "400 playlists", ColdTracks((), np.empty((0, 8), dtype=np.float32)))
    (folder / "tensors.safetensors").write_bytes(b"not tensors")
    with pytest.raises(ModelError, match=r"tensors.safetensors is damaged or missing .*segue train continuation"):
        load_model(folder, FakeTextEncoder())
    (folder / "card.json").write_text('{"format": 99}')
    with pytest.raises(ModelError, match="has format 99"):
        load_model(folder, FakeTextEncoder())


def test_few_playlists_have_even_weights_and_no_second_stage():
    found = fit_suite(playlists(30), replace(QUICK), Tools())
    assert found.suite.ranker is None
    assert found.suite.blend.weights == {0: (1.0,) * 7}  # without a text encoder names say nothing


def test_too_few_playlists_are_refused():
    with pytest.raises(InputError, match="5 playlists are too few to learn from, 20 is the least"):
        fit_suite(playlists(5), QUICK, Tools())
    apart = [Playlist("p", (Entry("", "X", str(n)),), str(n)) for n in range(30)]
    with pytest.raises(InputError, match="no track is in 2 of 30 playlists"):
        fit_suite(apart, QUICK, Tools())
