import pytest

from indexers import pool
from indexers.catalog.tables import read_tracks
from indexers.errors import CheckError, LibraryError
from indexers.rebuild import listen as module
from indexers.rebuild import runner
from indexers.rebuild.embeddings.cache import EncoderCache
from indexers.rebuild.inputs import inputs_of
from indexers.rebuild.plan import make_plan, owing
from indexers.schema import FileState


@pytest.fixture
def caches(kit):
    library = kit.library()
    return {key.encoder: EncoderCache(library.cache, key) for key in inputs_of(library, kit.settings()).cache_keys()}


@pytest.fixture
def plan(kit, caches):
    return make_plan(read_tracks(kit.library()), list(caches.values()))


def heard(kit, plan, caches):
    return module.listen(plan, caches, kit.settings().analysis, kit.store, runner.LocalRunner(1), lambda _: None)


def test_real_workers_fill_the_cache(kit, plan, caches, monkeypatch) -> None:
    monkeypatch.setattr(runner, "run_tasks", pool.run_tasks)
    assert heard(kit, plan, caches) == {}
    assert len(caches["fake"].clips()) == 6
    assert make_plan(read_tracks(kit.library()), list(caches.values())).tasks == ()


def break_some(monkeypatch, n_broken: int) -> None:
    def some_die(function, tasks, *, setup, **_):
        listeners = setup()
        for number, task in enumerate(tasks):
            if number < n_broken:
                yield pool.Outcome(task, None, "worker died (signal 11)")
            else:
                yield pool.Outcome(task, function(listeners, task), None)

    monkeypatch.setattr(runner, "run_tasks", some_die)


def test_a_track_that_breaks_its_worker_fails_alone(kit, plan, caches, monkeypatch) -> None:
    break_some(monkeypatch, 1)
    marks = heard(kit, plan, caches)
    assert marks == {plan.tasks[0].track_id: (FileState.FAILED, "worker died (signal 11)")}
    assert len(caches["fake"].clips()) == 5


def test_tracks_are_not_blamed_for_a_broken_machine(kit, plan, caches, monkeypatch) -> None:
    break_some(monkeypatch, 4)
    with pytest.raises(CheckError, match=r"4 of 6 tracks broke their workers \(the first: worker died"):
        heard(kit, plan, caches)
    assert len(caches["fake"].clips()) == 2


def test_a_disk_that_is_not_mounted_blames_no_track(kit, plan, caches) -> None:
    for path in sorted(kit.music.iterdir())[:4]:
        path.unlink()
    with pytest.raises(LibraryError, match="4 of the 6 files to analyse are gone"):
        heard(kit, plan, caches)
    kit.tune("00_-_Tune_0.wav", 0)
    assert len(heard(kit, plan, caches)) == 3


def test_each_encoder_owes_only_what_it_has_not_heard(kit) -> None:
    tracks = read_tracks(kit.library())
    first = tracks["track_id"][0]
    tasks = owing(tracks, {"one": {}, "two": {first: 3}})
    assert tasks[0].encoders == ("one",)
    assert {task.encoders for task in tasks[1:]} == {("one", "two")}


def test_the_rate_is_remembered_once_it_says_something(kit) -> None:
    library = kit.library()
    assert module.known_rate(library) is None
    module.remember_rate(library, 3, 900.0)
    assert module.known_rate(library) is None
    module.remember_rate(library, 8, 900.0)
    assert module.known_rate(library) == 900.0
    (library.cache / "rate.json").write_text("{")
    assert module.known_rate(library) is None
