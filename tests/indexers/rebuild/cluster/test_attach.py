import sys

import pytest

from indexers.errors import ConfigError
from indexers.library import Library
from indexers.rebuild.__main__ import read_settings
from indexers.rebuild.cluster.attach import attached
from indexers.rebuild.run import rebuild


def test_without_the_extra_one_line_says_how_to_get_it(kit, on_ray, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r"pip install 'segue\[cluster\]'"):
        rebuild(kit.library(), on_ray(), kit.store)


@pytest.mark.parametrize(
    ("address", "reason"), [("127.0.0.1:1", "refused"), ("head", "HOST:PORT"), ("ray://head:10001", "HOST:PORT")]
)
def test_a_cluster_that_does_not_answer_is_told_at_once(address, reason) -> None:
    with pytest.raises(ConfigError, match=rf"address = '{address}': no Ray cluster answers there \(.*{reason}"):
        attached(address, 1).__enter__()


def test_the_engine_and_its_cluster_are_settings(tmp_path) -> None:
    library = Library.create(tmp_path)
    library.settings_path.write_text('[analysis]\nengine = "ray"\n[cluster]\ntasks_per_shard = 5\n')
    settings = read_settings(library)
    assert (settings.analysis.engine, settings.cluster.tasks_per_shard) == ("ray", 5)
    assert read_settings(library, "local").analysis.engine == "local"
    with pytest.raises(ConfigError, match=r"analysis\.engine = 'dask'"):
        read_settings(library, "dask")
    library.settings_path.write_text("[cluster]\nshards = 5\n")
    with pytest.raises(ConfigError, match=r"unknown setting 'cluster\.shards'; \[cluster\] knows address, workers"):
        read_settings(library)
