import json

import numpy as np
import pytest

from indexers.errors import LibraryError, QueryError, StaleIndexError
from indexers.generation import Calibration, Generation, Probe, read_build
from indexers.library import Library
from indexers.vectors.columns import ColumnWriter
from indexers.vectors.storage import write_array, write_json


@pytest.fixture
def library(tmp_path) -> Library:
    library = Library.create(tmp_path)
    folder = library.generation(1)
    write_json(folder / "manifest.json", {"format": 1, "counts": {"tracks": 2}, "spaces": {"taggram": {}}})
    columns = ColumnWriter(folder / "taggram" / "index", (2, 2))
    columns.put(0, np.array([[1, 2], [3, 4]], dtype=np.float32))
    columns.finish()
    write_array(folder / "taggram" / "clips.npy", np.arange(6, dtype=np.float16).reshape(3, 2))
    write_array(folder / "clips" / "offsets.npy", np.array([0, 1, 3]))
    write_array(folder / "clips" / "times_s.npy", np.array([[0, 3], [0, 3], [9, 12]], dtype=np.float32))
    library.serve(1)
    return library


def test_rows_and_their_clips(library) -> None:
    generation = Generation.open(library)
    assert (generation.number, generation.n_tracks) == (1, 2)
    assert generation.track_vectors("taggram").tolist() == [[1, 2], [3, 4]]
    clips = generation.clips("taggram")
    assert clips.vectors(1).tolist() == [[2, 3], [4, 5]]
    assert clips.vectors(1).dtype == np.float32
    assert clips.spans(1).tolist() == [[0, 3], [9, 12]]
    assert generation.index("taggram") is generation.index("taggram")


def test_what_is_not_there_is_told(library, tmp_path) -> None:
    with pytest.raises(QueryError, match="no 'music' vectors; it has taggram"):
        Generation.open(library).index("music")
    with pytest.raises(LibraryError, match=r"no generation 5; there are \[1\]"):
        Generation.open(library, 5)
    with pytest.raises(LibraryError, match="segue rebuild"):
        Generation.open(Library.create(tmp_path / "empty"))


@pytest.mark.parametrize("text", ['{"format": 2}', "{", "[]"])
def test_another_format_is_stale(library, text) -> None:
    (library.generation(1) / "manifest.json").write_text(text)
    with pytest.raises(StaleIndexError, match="segue rebuild"):
        Generation.open(library)


def test_a_calibration_is_read_as_it_was_written(library) -> None:
    probe = {"text": "rain", "use": "positive", "score": 0.5}
    table = {"arm": "words", "threshold": 0.1, "rule": "r", "false_answer_rate": 0.0, "miss_rate": 0.0}
    (library.generation(1) / "calibration.json").write_text(json.dumps({"words": {**table, "probes": [probe]}}))
    expected = Calibration("words", 0.1, "r", 0.0, 0.0, (Probe("rain", "positive", 0.5),))
    assert Generation.open(library).calibration == {"words": expected}


def test_when_it_was_built_is_a_courtesy(library) -> None:
    assert read_build(library.generation(1)) == {}
    (library.generation(1) / "build.json").write_text('{"created": "today"}')
    assert read_build(library.generation(1))["created"] == "today"
