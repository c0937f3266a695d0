"""Whether what serves is sound: its encoders, its vectors, and every byte of its files and of the models."""

from collections.abc import Callable, Iterator
from functools import partial

from engine.api import Engine
from indexers.encoders.doctor import (
    Finding,
    examine_audio_encoder,
    examine_joint_encoder,
    examine_text_encoder,
    examine_vectors,
)
from indexers.encoders.hub import is_hub, open_checkpoint
from indexers.errors import ModelError
from indexers.generation import Generation
from indexers.models.store import ModelStore


def examine(engine: Engine) -> list[Finding]:
    """Examine the serving generation of a library and the models it needs.

    An encoder whose weights are missing or altered is a finding too, and is not examined further.

    Raises:
        LibraryError: nothing was published yet.
    """
    generation = engine.refresh().generation
    return [*_files(generation), *_spaces(generation), *_models(engine, generation)]


def _files(generation: Generation) -> Iterator[Finding]:
    from indexers.rebuild.publish import altered

    files = altered(generation.folder, generation.manifest["files"])
    subject = f"generation {generation.number}"
    if files:
        subject += f": {', '.join(files[:3])}{', …' if len(files) > 3 else ''}"
    yield Finding("files altered", subject, len(files), 0, not files, "run `segue rollback`, then `segue rebuild`")


def _spaces(generation: Generation) -> Iterator[Finding]:
    for space in ("taggram", "music", *(joint.space for joint in generation.joints)):
        yield from examine_vectors(space, generation.track_vectors(space))


def _models(engine: Engine, generation: Generation) -> Iterator[Finding]:
    store = engine.models.store()
    for name in generation.manifest["encoders"]:
        yield from _model(store, name, partial(_audio, engine, name))
    text = generation.manifest["text"]
    if is_hub(text["name"]):
        yield from _checkpoint(text["name"], text["fingerprint"], partial(_text, engine, text["name"]))
    else:
        yield from _model(store, text["name"], partial(_text, engine, text["name"]))
    for joint in generation.joints:
        examined = partial(_joint, engine, joint.encoder)
        if is_hub(joint.encoder):
            yield from _checkpoint(joint.encoder, joint.fingerprint, examined)
        else:
            yield from _model(store, joint.encoder, examined)


def _text(engine: Engine, name: str) -> list[Finding]:
    return examine_text_encoder(engine.models.text(name))


def _joint(engine: Engine, name: str) -> list[Finding]:
    encoder = engine.models.joint(name)
    return examine_joint_encoder(encoder, [engine.models.audio(listener) for listener in encoder.hears])


def _checkpoint(name: str, built: str, examined: Callable[[], list[Finding]]) -> Iterator[Finding]:
    """Every byte of a public checkpoint against what the generation was built by, then the checkpoint itself."""
    remedy = f"run `segue models pull {name}` for what it was, or `segue rebuild` for what it is"
    try:
        same = open_checkpoint(name).verify() == built
        yield Finding("files altered", f"checkpoint {name}", int(not same), 0, ok=same, remedy=remedy)
        yield from examined() if same else ()
    except ModelError as error:
        yield Finding("files altered", str(error), 1, 0, ok=False, remedy=remedy)


def _audio(engine: Engine, name: str) -> list[Finding]:
    return examine_audio_encoder(engine.models.audio(name))


def _model(store: ModelStore, name: str, examined: Callable[[], list[Finding]]) -> Iterator[Finding]:
    if name in store.cards:  # the encoders of tests have no weights
        try:
            store.verify(name)
        except ModelError as error:
            yield Finding("files altered", str(error), 1, 0, ok=False, remedy=f"run `segue models pull {name}`")
            return
        yield Finding("files altered", f"model {name}", 0, 0, ok=True, remedy=f"run `segue models pull {name}`")
    yield from examined()
