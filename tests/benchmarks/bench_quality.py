"""How well do words find sound, and how alike are neighbours in the music space? On real sound, for several windows.

python tests/benchmarks/bench_quality.py [--data FOLDER] [--debian FOLDER] [--kept FOLDER] [--windows 4 6 8 12 24]

`--data` (or SEGUE_DATA) holds audio/esc10, audio/jamendolyrics and audio/librosa. `--debian` (or SEGUE_DEBIAN) is
where the packages wesnoth-1.16-music, singularity-music and marsshooter-data were unpacked. What is heard is kept in
`--kept` (or SEGUE_KEPT). ESC-10: fold 5 is the figure, folds 1-4 chose the parameters and give the norm. The twelve
queries and what fits them are in quality_queries.json; the parameters were chosen with those of quality_choosing.json,
which show nothing but what a number of windows gives.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from quality_audio import Heard, Listener, evidence_of, sound_files
from quality_table import as_markdown
from record import ROOT, record

from indexers.encoders import load_text_encoder, taggram
from indexers.encoders.music import music_clips, music_track
from indexers.models.store import ModelStore
from indexers.schema import Vectors
from indexers.settings import AnalysisSettings

LABELS = (
    "dog bark",
    "rain",
    "sea waves",
    "baby cry",
    "clock tick",
    "person sneeze",
    "helicopter",
    "chainsaw",
    "rooster",
    "fire crackling",
)
PACKAGES = (
    "usr/share/games/wesnoth/1.16/data/core/music",
    "usr/share/games/singularity/music",
    "usr/share/games/marsshooter/audio/music",
)
SETS = ("audio/jamendolyrics", "audio/librosa")
HERE = Path(__file__).parent
ASKED = json.loads((HERE / "quality_queries.json").read_text(encoding="utf-8"))
CHOOSING = json.loads((HERE / "quality_choosing.json").read_text(encoding="utf-8"))


def load_taggram() -> taggram.Taggram:
    """The taggram over all 621 classes."""
    text, encoders = load_text_encoder("text", ModelStore()), taggram.TAG_ENCODERS
    names, texts = taggram.class_names(encoders), taggram.class_texts(encoders)
    return taggram.Taggram(text, names, vectors=text.encode(texts))


def zero_shot(weigh: taggram.Taggram, sounds: list[Heard]) -> dict[str, float]:
    """Accuracy of the ten labels as texts: the label with the highest score, the norm from folds 1-4 without labels."""
    folds, truth = esc_folds(sounds), esc_truth(sounds)
    evidence = evidence_of(sounds)
    norm = taggram.fit_norm([evidence[folds < 5]], taggram.TAG_ENCODERS)
    scores = taggram.standardise(evidence, norm) @ weigh.weights(LABELS).T
    right = scores.argmax(axis=1) == truth
    return {"folds 1-4": round(float(right[folds < 5].mean()), 4), "fold 5": round(float(right[folds == 5].mean()), 4)}


def esc_folds(sounds: list[Heard]) -> np.ndarray:
    """The fold of each sound: the first digit of its file name."""
    return np.array([int(sound.path.name[0]) for sound in sounds])


def esc_truth(sounds: list[Heard]) -> np.ndarray:
    """The row of each sound's label."""
    return np.array([int(sound.path.parent.name[:3]) - 1 for sound in sounds])


def ask(weigh: taggram.Taggram, tracks: list[Heard], queries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The top three of each query, and how good they are; a query that no track here fits is left out.

    A top track that fits counts 1, one that fits partly a half. The share is of what was possible: a library with one
    fitting track can give one. Average precision is over the fitting tracks, or those that fit partly where none fits.
    """
    evidence = evidence_of(tracks)
    z = taggram.standardise(evidence, taggram.fit_norm([evidence], taggram.TAG_ENCODERS))
    answers = []
    for query in queries:
        weights = weigh.weights([query["text"]])[0]
        scores = z @ weights
        order = np.argsort(-scores, kind="stable")
        marks = np.array([_mark(query, track.path) for track in tracks])[order]
        possible = np.sort(marks)[::-1][:3].sum()
        if possible == 0:
            continue
        answers.append(
            {
                "query": query["text"],
                "classes": [name for name, _ in weigh.explain(weights, 4)],
                "top": [
                    {"track": tracks[row].path.stem, "fits": float(mark), "score": round(float(scores[row]), 2)}
                    for row, mark in zip(order[:3], marks[:3], strict=True)
                ],
                "share": round(float(marks[:3].sum() / possible), 3),
                "first": float(marks[0]),
                "average_precision": round(average_precision(marks == marks.max()), 3),
                "note": query["note"],
            }
        )
    return answers


def _mark(query: dict[str, Any], path: Path) -> float:
    place = path.as_posix()
    if any(part in place for part in query["fits"]):
        return 1.0
    return 0.5 if any(part in place for part in query["partly"]) else 0.0


def average_precision(relevant: np.ndarray) -> float:
    """Mean over the relevant ranks of the precision there; `relevant` [n_tracks] in ranked order, one at least."""
    precisions = np.cumsum(relevant) / np.arange(1, len(relevant) + 1)
    return float(precisions[relevant].mean())


def neighbours(tracks: list[Heard], sounds: list[Heard] | None) -> dict[str, float]:
    """Judge the music space by neighbours of one kind, halves of one track, sounds of one class (see music.py)."""
    clips = [music_clips(track.outputs) for track in tracks]
    figures = {"kind": _of_one_kind(tracks, clips), "half": _of_one_track(clips)}
    if sounds:
        figures["sound, folds 1-4"] = _of_one_class(sounds, (1, 2, 3, 4))
        figures["sound, fold 5"] = _of_one_class(sounds, (5,))
    return {name: round(figure, 4) for name, figure in figures.items()}


def _of_one_kind(tracks: list[Heard], clips: list[Vectors]) -> float:
    kinds = np.array([_kind(track.path) for track in tracks])
    vectors = np.stack([music_track(of) for of in clips])
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -np.inf)
    agree = (kinds[np.argsort(-cosines, axis=1)[:, :3]] == kinds[:, None]).mean(axis=1)
    return float(np.mean([agree[kinds == kind].mean() for kind in ASKED["kinds"] if kind != "speech"]))


def _kind(path: Path) -> str:
    named = [kind for kind, parts in ASKED["kinds"].items() if any(part in path.as_posix() for part in parts)]
    return named[0] if named else path.name


def _of_one_track(clips: list[Vectors]) -> float:
    long = [of for of in clips if len(of) >= 4]
    first = np.stack([music_track(of[: len(of) // 2]) for of in long])
    second = np.stack([music_track(of[len(of) // 2 :]) for of in long])
    cosines = first @ second.T
    ranks = (cosines >= np.diag(cosines)[:, None]).sum(axis=1)
    return float((1 / ranks).mean())


def _of_one_class(sounds: list[Heard], tested: tuple[int, ...]) -> float:
    folds, truth = esc_folds(sounds), esc_truth(sounds)
    vectors = np.stack([music_track(music_clips(sound.outputs)) for sound in sounds])
    right: list[bool] = []
    for fold in tested:
        known = (folds != fold) & (folds < 5)
        cosines = vectors[folds == fold] @ vectors[known].T
        for of_sound, label in zip(cosines, truth[folds == fold], strict=True):
            near = np.argsort(-of_sound)[:5]
            votes = np.bincount(truth[known][near], weights=of_sound[near], minlength=len(LABELS))
            right.append(bool(votes.argmax() == label))
    return float(np.mean(right))


def study(weigh: taggram.Taggram, tracks: list[Heard]) -> dict[str, float]:
    """What a number of windows per track gives: the queries' share and precision, and the music space."""
    figures = {"clips": float(np.mean([len(track.clips) for track in tracks]))}
    for name, queries in {"twelve": ASKED["queries"], "choosing": CHOOSING["queries"]}.items():
        answers = ask(weigh, tracks, queries)
        for figure in ("first", "share", "average_precision"):
            figures[f"{name}, {figure.replace('_', ' ')}"] = float(np.mean([answer[figure] for answer in answers]))
    return {**{name: round(figure, 4) for name, figure in figures.items()}, **neighbours(tracks, None)}


def main() -> None:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("SEGUE_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--debian", type=Path, default=os.environ.get("SEGUE_DEBIAN"))
    parser.add_argument(
        "--kept", type=Path, default=Path(os.environ.get("SEGUE_KEPT", Path(tempfile.gettempdir()) / "segue-heard"))
    )
    parser.add_argument("--windows", type=int, nargs="+", default=[4, 6, 8, 12, 24])
    chosen = parser.parse_args()
    if chosen.debian is None:
        parser.error("say where the Debian packages were unpacked: --debian FOLDER, or SEGUE_DEBIAN")
    folders = [Path(chosen.debian) / part for part in PACKAGES] + [Path(chosen.data) / part for part in SETS]
    listener, weigh, usual = Listener(chosen.kept), load_taggram(), AnalysisSettings().windows
    sounds = listener.hear(sound_files([Path(chosen.data) / "audio" / "esc10"]), usual)
    paths = sound_files(folders)
    by_windows = {n_windows: listener.hear(paths, n_windows) for n_windows in sorted({*chosen.windows, usual})}
    figures = {
        "esc10_zero_shot": zero_shot(weigh, sounds),
        "tracks": len(by_windows[usual]),
        "queries": ask(weigh, by_windows[usual], ASKED["queries"]),
        "music_space": neighbours(by_windows[usual], sounds),
        "by_windows": {str(n_windows): study(weigh, tracks) for n_windows, tracks in by_windows.items()},
    }
    settings = {
        name: value for name, value in vars(taggram).items() if name.isupper() and isinstance(value, int | float)
    }
    path = record("quality", figures, {"windows": usual, **settings})
    path.with_suffix(".md").write_text(as_markdown(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
