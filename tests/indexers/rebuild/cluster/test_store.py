import logging

import pytest

from indexers.errors import ConfigError, StorageError
from indexers.rebuild.cluster.store import TransitStore, transit


def test_the_folder_of_a_rebuild_is_gone_after_it(tmp_path) -> None:
    url = (tmp_path / "store").as_uri()
    with transit(url) as store:
        store.put("a/b", b"content")
        assert store.get("a/b") == b"content"
        assert store.url.startswith(f"{url}/rebuild-")
    assert list((tmp_path / "store").iterdir()) == []


def test_a_store_that_refuses_says_where(tmp_path, caplog) -> None:
    (tmp_path / "file").write_text("in the way")
    store = TransitStore((tmp_path / "file" / "store").as_uri())
    with pytest.raises(StorageError, match=r"cannot write part to file://.*\[cluster\] cache"):
        store.put("part", b"content")
    with pytest.raises(ConfigError, match=r"\[cluster\] cache = 'nowhere://x' cannot be opened"):
        TransitStore("nowhere://x")
    with caplog.at_level(logging.WARNING):
        store.clear()
    assert caplog.text == ""  # nothing is there to be removed
