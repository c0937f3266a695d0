"""`segue train pairs`: pairs of audio and text, made from scores, real audio and texts, or written by hand."""

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from engine.commands.options import JsonOption
from engine.commands.output import print_json, progress_bar
from engine.commands.training import train_app

if TYPE_CHECKING:
    from indexers.pairs.checks import Tally
    from indexers.pairs.collect import Maker
    from indexers.pairs.sources import Sources

DEFAULT_OUT = Path("pairs")
CLIPS, LONGS = 20_000, 1_500
TAGS, NO_FILTER = "tags", "none"


@train_app.command()
def pairs(  # noqa: PLR0913 - one parameter per option
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where audio and manifest go.")] = DEFAULT_OUT,
    clips: Annotated[int | None, typer.Option(min=0, help="Clips of ten seconds played from scores.")] = None,
    long: Annotated[int | None, typer.Option(min=0, help="Tracks of one to five minutes from scores.")] = None,
    scores: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A folder, zip or tar of MIDI files besides music21's; may be repeated."),
    ] = None,
    audio: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="Tell real audio: a folder or a file; may be repeated. No scores are played "
                     "then, unless --clips or --long is given too."),
    ] = None,
    texts: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Texts that say the same, CSV or JSON lines; may be repeated."),
    ] = None,
    join: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Join named sounds of this manifest, in both orders and at once; may be "
                     "repeated."),
    ] = None,
    couples: Annotated[int, typer.Option(min=1, help="Couples of sounds that are joined, three clips each.")] = 1_000,
    sources: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A TOML file that names audio and texts, with more settings.")
    ] = None,
    label: Annotated[
        Literal["none", "name", "folder"], typer.Option(help="What names the sound in --audio: its file, its folder.")
    ] = "none",
    fold: Annotated[
        str, typer.Option(metavar="REGEX", help=r"Finds the fold in file names of --audio, such as '^(\d)-'.")
    ] = "",
    licence: Annotated[str, typer.Option(help="Of --audio and --texts.")] = "",
    ontology: Annotated[Path | None, typer.Option(metavar="FILE", help="AudioSet's ontology.json.")] = None,
    filter_by: Annotated[
        str, typer.Option("--filter", metavar="NAME", help="Drops captions that do not fit: tags, none, clap:DIR.")
    ] = "tags",
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other performances and wordings.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all processors without.")] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Make nothing: check this manifest and say what it holds.")
    ] = None,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Make pairs of audio and captions from scores, real audio and texts, or check a manifest written by hand."""
    from indexers.pairs.checks import read_checked, tally
    from indexers.pairs.collect import collect_pairs
    from indexers.pairs.joining.make import JoinOrder, join_sounds
    from indexers.pairs.make import Order, score_maker
    from indexers.pairs.texts.make import text_maker
    from indexers.settings import cores

    if check is not None:
        _report(check, tally(read_checked(check)), as_json=as_json)
        return
    named = _sources(sources, audio or [], texts or [], label=label, fold=fold, licence=licence)
    processes, alone = workers or cores(), not (named.audio or named.texts or join)
    makers: list[Maker] = []
    if alone or clips is not None or long is not None:
        usual = (CLIPS, LONGS) if alone else (0, 0)
        counts = (usual[0] if clips is None else clips, usual[1] if long is None else long)
        makers.append(score_maker(Order(out, *counts, tuple(scores or ()), seed, processes)))
    if named.audio:
        makers.append(_audio_maker(named, ontology, filter_by, seed=seed, workers=processes))
    if named.texts:
        makers.append(text_maker(named.texts))
    if join:
        makers.append(partial(join_sounds, JoinOrder(tuple(join), couples, seed, processes)))
    with progress_bar() as move:
        made = collect_pairs(out, makers, move)
    for note in made.notes:
        typer.echo(f"note: {note}", err=True)
    _report(made.manifest, tally(made.pairs), as_json=as_json)


def _sources(
    path: Path | None, audio: list[Path], texts: list[Path], *, label: str, fold: str, licence: str
) -> "Sources":
    """What the options and the TOML file name, together."""
    from indexers.pairs.real.sources import Collection
    from indexers.pairs.sources import Sources, read_sources
    from indexers.pairs.texts.sources import TextSource
    from indexers.settings import parse

    listed = read_sources(path) if path else Sources()
    said = {"label": label, "fold": fold, "licence": licence}
    return Sources(
        (*listed.audio, *(parse(Collection, "audio", {"path": one, **said}) for one in audio)),
        (*listed.texts, *(TextSource(path=one, licence=licence) for one in texts)),
    )


def _audio_maker(named: "Sources", ontology: Path | None, filter_by: str, *, seed: int, workers: int) -> "Maker":
    from engine.build import Models
    from indexers.pairs.real.make import AudioOrder, tell_audio
    from indexers.pairs.real.sift import QUANTILE, joint_scorer, tag_scorer

    models = Models()
    by_tags = filter_by in (TAGS, NO_FILTER)
    scorer = tag_scorer(models.text("text")) if by_tags else joint_scorer(models.joint(filter_by))
    quantile = 0.0 if filter_by == NO_FILTER else QUANTILE
    order = AudioOrder(
        named.audio, models.store(), scorer, ontology, quantile=quantile, seed=seed, workers=workers,
    )  # fmt: skip
    return partial(tell_audio, order)


def _report(manifest: Path, found: "Tally", *, as_json: bool) -> None:
    if as_json:
        document: dict[str, Any] = {"manifest": str(manifest), **asdict(found)}
        print_json(document)
        return
    texts = f", {found.texts:,} groups of texts" if found.texts else ""
    typer.echo(f"{manifest}: {found.clips:,} clips and {found.longs:,} long tracks, {found.hours:.1f} hours{texts}")
    for split, count in found.pairs.items():
        typer.echo(f"  {split:<10} {count:>7,} pairs of {found.tunes[split]:>6,} tunes")
