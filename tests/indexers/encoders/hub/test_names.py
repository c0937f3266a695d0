from pathlib import Path

import pytest

from indexers.encoders.hub.names import is_hub, parse_name
from indexers.errors import ConfigError, ModelError


def test_a_name_is_a_folder_or_a_repository() -> None:
    assert is_hub("hub:laion/clap-htsat-unfused")
    assert not is_hub("text")
    assert parse_name("hub:/models/clap").path == Path("/models/clap")
    assert parse_name("hub:~/clap").path == Path.home() / "clap"
    named = parse_name("hub:laion/clap-htsat-unfused")
    assert (named.repo, named.revision, named.path) == ("laion/clap-htsat-unfused", None, None)
    named = parse_name("hub:laion/clap-htsat-unfused@refs/pr/4")
    assert (named.repo, named.revision) == ("laion/clap-htsat-unfused", "refs/pr/4")


@pytest.mark.parametrize(
    "name", ["hub:", "hub:clap", "hub:./clap", "hub:../x/clap", "hub:a/b/c", "hub:a/../b", "hub:a/b@", "laion/clap"]
)
def test_what_names_nothing_is_told_how_to(name: str) -> None:
    with pytest.raises(ConfigError, match=r"names no checkpoint: write hub:OWNER/NAME, hub:OWNER/NAME@REVISION, or"):
        parse_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "hub:laion/larger_clap_music",
        "hub:LAION/larger_clap_music@main",
        "hub:/home/me/hub/models--laion--larger_clap_music/snapshots/1f",
    ],
)
def test_the_broken_checkpoint_is_refused_by_name_with_the_reason(name: str) -> None:
    with pytest.raises(ModelError, match=r"R@1 0.02, ESC-50 zero-shot 2.0 %.*texts 0.999.*larger_clap_general"):
        parse_name(name)


def test_its_healthy_relatives_are_not() -> None:
    assert parse_name("hub:laion/larger_clap_music_and_speech").repo == "laion/larger_clap_music_and_speech"
