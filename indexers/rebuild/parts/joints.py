"""The joint spaces of a generation: what their encoders make of what was heard, and from which score a text fits."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from indexers.base import TrackEncoder
from indexers.encoders.placing import in_tracks
from indexers.generation import Calibration, joint_space
from indexers.rebuild.embeddings.cache import EncoderCache
from indexers.rebuild.embeddings.gather import DiskMatrix, Gathered, gather
from indexers.rebuild.inputs import RebuildSettings
from indexers.rebuild.parts.calibrate import calibrate_text
from indexers.rebuild.parts.spaces import Space, indexed
from indexers.schema import Bools, Laid, Vectors
from indexers.vectors.storage import write_array

if TYPE_CHECKING:
    import polars as pl

    from indexers.base import JointEncoder

SHORTER_S = 0.002  # by which a track must be shorter than its window to count as short: times are rounded to 1 ms


@dataclass(frozen=True, slots=True)
class Heard:
    """Where what joint encoders need was kept, and the tracks in the order of the generation's rows."""

    caches: Mapping[str, EncoderCache]
    tracks: "pl.DataFrame"


def build_joint(heard: Heard, encoder: "JointEncoder", settings: RebuildSettings, generation: Path) -> Space:
    """Build the space of one joint encoder; its clips are those of the windows that it takes.

    See `in_tracks` for what its clips and its tracks are.

    Args:
        heard: What the encoders in its `hears` heard.
        encoder: The joint encoder.
        settings: Which kind of index, and which engine writes its shards.
        generation: The folder of the generation.

    Raises:
        StorageError: the disk refused.
    """
    space = joint_space(encoder.name)
    folder = generation / space
    gathered = _gather(heard, encoder, folder / "raw")
    write_array(folder / "offsets.npy", gathered.offsets)
    write_array(folder / "times_s.npy", gathered.times_s)
    durations_s = heard.tracks["duration_s"].fill_null(0.0).to_numpy()
    write_array(folder / "short.npy", short_clips(gathered, durations_s))
    vectors = _placed(gathered, encoder, durations_s.astype(np.float32), folder / "clips.npy")
    built = indexed(space, vectors, (gathered.n_tracks, encoder.dim), settings, folder)
    shutil.rmtree(folder / "raw")
    return built


def _placed(gathered: Gathered, encoder: "JointEncoder", durations_s: Vectors, path: Path) -> Iterator[Vectors]:
    """Write every clip's vector in float16, a block at a time, and give the tracks', [n, dim] for each block."""
    written = DiskMatrix(path, (int(gathered.offsets[-1]), encoder.dim), np.float16)
    for tracks in gathered.blocks():
        block = gathered.read(tracks)
        laid = Laid(gathered.times_s[block.clips], block.starts, durations_s[tracks])
        clips, vectors = in_tracks(encoder, block.outputs, laid)
        written.put(block.clips.start, clips)
        yield vectors


def _gather(heard: Heard, encoder: "JointEncoder", folder: Path) -> Gathered:
    known = heard.caches[next(iter(encoder.hears))].clips()
    clips = {track_id: known[track_id] for track_id in heard.tracks["track_id"] if track_id in known}
    return gather(heard.caches, encoder.hears, clips, folder)


def short_clips(gathered: Gathered, durations_s: npt.NDArray[np.float64]) -> Bools:
    """Tell which clips were filled up because the track, of `durations_s` [n_tracks], is shorter: [n_clips]."""
    window_s = gathered.times_s[:, 1] - gathered.times_s[:, 0]
    owners = np.repeat(np.arange(gathered.n_tracks), np.diff(gathered.offsets))
    return np.asarray(durations_s[owners] < window_s - SHORTER_S)


def calibrate_joint(space: Space, encoder: "JointEncoder", answerable: Sequence[str]) -> Calibration:
    """Find the threshold of a joint space's arm; see `calibrate_text`."""

    def best(queries: list[str]) -> list[float]:
        _, scores = space.index.search(encoder.encode(queries), 1)
        return [float(score) for score in scores[:, 0]]

    return calibrate_text(encoder.name, best, answerable)


def described(encoders: Mapping[str, "JointEncoder"], fingerprints: Mapping[str, str]) -> dict[str, Any]:
    """What the manifest says of joint spaces beyond `spaces`; nothing where there are none. See `generation.Joint`."""
    told = [
        {
            "encoder": name,
            "space": joint_space(name),
            "fingerprint": fingerprints[name],
            "languages": list(encoder.languages),
            **({"attends": True} if isinstance(encoder, TrackEncoder) else {}),
        }
        for name, encoder in encoders.items()
    ]
    return {"joint": told} if told else {}
