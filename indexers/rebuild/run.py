"""The batch rebuild: plan, analyse what is owed, build, check, publish; until then the old generation serves."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from indexers.errors import LibraryError, StorageError
from indexers.files import free_bytes
from indexers.library import Library
from indexers.rebuild.embeddings.cache import EncoderCache
from indexers.rebuild.inputs import Inputs, RebuildSettings, inputs_of
from indexers.rebuild.plan import Plan, make_plan
from indexers.rebuild.publish import follow
from indexers.rebuild.report import Progress, RebuildReport, Step
from indexers.schema import FileState
from indexers.vectors.qdrant.beside import check_server, on_server

if TYPE_CHECKING:
    from indexers.models.store import ModelStore
    from indexers.rebuild.build import Towers
    from indexers.rebuild.listen import Marks

__all__ = ["Progress", "RebuildReport", "RebuildSettings", "Step", "rebuild"]

ROOM_FACTOR = 1.2


def rebuild(
    library: Library,
    settings: RebuildSettings,
    store: "ModelStore",
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> RebuildReport:
    """Analyse what is owed, build the indexes, check them and publish a new generation.

    Where nothing changed since the serving generation, nothing is loaded or written. What a killed rebuild has
    analysed is not analysed again, and the indexes come out the same, bit for bit.

    Args:
        library: Already scanned.
        settings: Which encoders, how many windows, which index.
        store: Where the weights are.
        dry_run: Whether to tell what is owed and how long it may take, and do no more.
        progress: Told of every step.

    Raises:
        LibraryError: there is no track in the catalogue, or none could be analysed.
        LockedError: another process is writing to the library.
        ConfigError: the engine is "ray", and Ray is not installed or its cluster does not answer.
        ModelError: an encoder's weights were not pulled.
        CheckError: the build failed its checks and was not published.
        StorageError: the disk refused, or there is too little room for it all.
    """
    with library.lock("rebuild"):
        inputs = inputs_of(library, settings)
        if not inputs.tracks.height:
            raise LibraryError(f"{library.root} has no track to index: run `segue scan PATH`, or see `segue ledger`")
        if (done := _already_built(library, inputs, dry_run=dry_run)) is not None:
            return done
        caches = {key.encoder: EncoderCache(library.cache, key) for key in inputs.cache_keys()}
        plan = make_plan(inputs.tracks, list(caches.values()))
        if dry_run:
            return _planned(library, inputs, plan)
        return _Job(library, caches, store, progress or (lambda _: None)).run(inputs, plan)


def _already_built(library: Library, inputs: Inputs, *, dry_run: bool) -> RebuildReport | None:
    """The serving generation, or a newer one that a crash or a rollback left unserved, if it is what would be built."""
    serving = library.serving()
    for number in reversed(library.published()):
        if not inputs.built(library.generation(number)) or not on_server(library.generation(number)):
            continue
        if number == serving:
            return RebuildReport("unchanged", serving, inputs.tracks.height)
        if not dry_run and (serving is None or number > serving):
            library.serve(number)
            follow(library)
            return RebuildReport("promoted", number, inputs.tracks.height)
    return None


def _planned(library: Library, inputs: Inputs, plan: Plan) -> RebuildReport:
    from indexers.rebuild.listen import known_rate

    rate = known_rate(library)
    estimate_s = None if rate is None else 3600 * len(plan.tasks) / rate
    return RebuildReport("planned", library.serving(), inputs.tracks.height, owed=plan.owed, estimate_s=estimate_s)


def check_room(library: Library, inputs: Inputs, plan: Plan) -> None:
    """Refuse to start what cannot be finished.

    Raises:
        StorageError: the disk has less room than the cache and the new generation will take.
    """
    dims = {key.encoder: sum(key.outputs.values()) for key in inputs.cache_keys()}
    clip_bytes = 2 * inputs.settings.analysis.windows
    cached = sum(clip_bytes * dims[name] * owed for name, owed in plan.owed.items())
    built = inputs.tracks.height * sum(dims.values()) * (2 * clip_bytes + 8)  # in order, as clips, as tracks
    need, free = ROOM_FACTOR * (cached + built), free_bytes(library.root)
    if need > free:
        raise StorageError(
            f"this rebuild needs about {need / 1e6:,.0f} MB at {library.root}, {free / 1e6:,.0f} MB are free: "
            "make room, or analyse fewer windows ([analysis] windows in segue.toml)"
        )


@dataclass(frozen=True, slots=True)
class _Job:
    """One rebuild of one library, under its lock."""

    library: Library
    caches: Mapping[str, EncoderCache]
    store: "ModelStore"
    progress: Progress

    def run(self, inputs: Inputs, plan: Plan) -> RebuildReport:
        """Analyse, build, publish."""
        began = time.monotonic()
        check_room(self.library, inputs, plan)
        if inputs.settings.index.kind == "server":
            check_server(inputs.settings.qdrant)
        towers = self._towers(inputs, plan)  # now: hours later would be a pity
        marks, rate = self._listen(inputs, plan) if plan.tasks else ({}, None)
        if marks:
            inputs = self._mark(inputs, marks)
        report = RebuildReport(
            "published",
            self._publish(inputs, towers),
            inputs.tracks.height,
            analysed=len(plan.tasks),
            owed=plan.owed,
            tracks_per_hour=rate,
        )
        skipped, failed = (_reasons(marks, state) for state in (FileState.SKIPPED, FileState.FAILED))
        return replace(report, skipped=skipped, failed=failed, seconds=round(time.monotonic() - began, 3))

    def _listen(self, inputs: Inputs, plan: Plan) -> "tuple[Marks, float]":
        """Run the tasks: what could not be heard, and tracks per hour."""
        from indexers.rebuild.listen import listen, remember_rate
        from indexers.rebuild.runner import open_runner

        began = time.monotonic()
        with open_runner(inputs.settings) as runner:
            marks = listen(plan, self.caches, inputs.settings.analysis, self.store, runner, self.progress)
        rate = 3600 * len(plan.tasks) / max(time.monotonic() - began, 1e-6)
        remember_rate(self.library, len(plan.tasks), rate)
        return marks, round(rate, 1)

    def _mark(self, inputs: Inputs, marks: "Marks") -> Inputs:
        """Write what could not be heard into the ledger, and give what is left to build from."""
        from indexers.catalog.ledger import mark

        mark(self.library, marks)
        left = inputs_of(self.library, inputs.settings)
        if not left.tracks.height:
            first = next(iter(marks.values()))[1]
            raise LibraryError(f"no track of {self.library.root} could be analysed ({first}): see `segue ledger`")
        return left

    def _towers(self, inputs: Inputs, plan: Plan) -> "Towers":
        """Load what encodes text; joint encoders are examined too, unless they were heard and published before.

        Raises:
            ModelError: weights are missing.
            CheckError: a joint encoder has collapsed.
        """
        from indexers.encoders import load_joint_encoder, load_text_encoder
        from indexers.rebuild.build import Towers
        from indexers.rebuild.listen import load_listeners
        from indexers.rebuild.parts.check import examine_joint, refuse_failed
        from indexers.rebuild.reuse import find_earlier

        analysis = inputs.settings.analysis
        text = load_text_encoder(analysis.text, self.store)
        joint = {name: load_joint_encoder(name, self.store) for name in inputs.settings.joint}
        if not joint or (not plan.tasks and find_earlier(self.library, inputs.heard) is not None):
            return Towers(text, joint)
        findings = []
        for encoder in joint.values():
            listeners = load_listeners(tuple(encoder.hears), self.store, analysis.device)
            findings += examine_joint(encoder, listeners)
        refuse_failed(findings)
        return Towers(text, joint, tuple(findings))

    def _publish(self, inputs: Inputs, towers: "Towers") -> int:
        from indexers.rebuild.build import Site, build
        from indexers.rebuild.publish import next_number, publish
        from indexers.rebuild.reuse import find_earlier

        number = next_number(self.library)
        earlier = find_earlier(self.library, inputs.heard)
        build(Site(self.library, inputs, self.caches, towers, earlier, self._tell), number)
        self.progress(Step("publish", 0, 1))
        publish(self.library, number, inputs.settings.index.keep_generations)
        return number

    def _tell(self, stage: str, done: int, total: int) -> None:
        self.progress(Step(stage, done, total))


def _reasons(marks: "Marks", wanted: FileState) -> dict[str, str]:
    return {track_id: reason for track_id, (state, reason) in marks.items() if state is wanted}
