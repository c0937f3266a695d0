"""Parts of an earlier generation that would come out the same: linked, not built again.

Where only titles, paths or side files changed, what was heard did not; then a rebuild costs seconds.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from indexers.errors import StaleIndexError
from indexers.files import disk_errors, sha256_of
from indexers.generation import read_manifest
from indexers.library import Library
from indexers.vectors.qdrant.beside import on_server

CLIPS = "clips"  # the folder that depends on what was heard alone, beside those of all spaces


def find_earlier(library: Library, heard: str) -> Path | None:
    """The newest generation made from the same sound whose files are as its manifest says; None where there is none.

    Args:
        library: The library.
        heard: `Inputs.heard` of what is to be built.
    """
    for number in reversed(library.published()):
        folder = library.generation(number)
        try:
            manifest = read_manifest(folder)
        except StaleIndexError:
            continue
        if manifest.get("heard") == heard and _intact(folder, manifest) and on_server(folder):
            return folder
    return None


def link_heard(earlier: Path, folder: Path) -> None:
    """Link the folders of clips and spaces; where the disk knows no links they are copied.

    Raises:
        StorageError: the disk refused.
    """
    heard = _heard(read_manifest(earlier))
    with disk_errors(folder):
        for name in heard:
            shutil.copytree(earlier / name, folder / name, copy_function=_link)


def _heard(manifest: dict[str, Any]) -> tuple[str, ...]:
    return (CLIPS, *manifest["spaces"])


def _intact(folder: Path, manifest: dict[str, Any]) -> bool:
    heard = _heard(manifest)
    files = {name: digest for name, digest in manifest["files"].items() if name.split("/")[0] in heard}
    files |= {name: manifest["files"][name] for name in ("tracks.parquet", "calibration.json")}
    return all((folder / name).exists() and sha256_of(folder / name) == digest for name, digest in files.items())


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # the disk may know no links; if it is full, the copy says so
        shutil.copyfile(source, target)
