"""Small random checkpoints, made on disk by the libraries that read them."""

import pytest

from indexers.encoders.hub import testing as small


@pytest.fixture(scope="session")
def clap_folder(tmp_path_factory):
    """A CLAP that tells texts and sounds apart."""
    return small.save_clap(tmp_path_factory.mktemp("clap"))
