import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
import polars as pl
import psutil
import pytest

from indexers.catalog.ledger import read_ledger
from indexers.errors import ConfigError, ModelError
from indexers.rebuild import listen
from indexers.rebuild.cluster.runner import cut, gpus_of_each, ray_runner
from indexers.rebuild.cluster.store import TransitStore
from indexers.rebuild.parts.shards import write_shards
from indexers.rebuild.run import RebuildSettings, rebuild
from indexers.settings import AnalysisSettings, IndexSettings
from indexers.testing import unit_rows
from indexers.vectors import build_index
from indexers.vectors.matrix import write_vectors
from indexers.vectors.plan import Plan

# Ray leaves its sockets, log files and daemons to the end of the process
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore:.*accelerator.*:FutureWarning")

KILL_ACTOR = "kill -9 $(awk '/^PPid/ {print $2}' /proc/$PPID/status)"  # $PPID is the actor's process for tasks


def started(caplog) -> list[int]:
    """The processes of the actors, as they told them."""
    return [record.args[1] for record in caplog.records if "actor has started" in record.message]


def in_the_middle_of_two(heard: Path) -> int:
    """Wait for an actor that has begun one task of a shard of two."""
    while True:
        begun = Counter(int(line.split()[1]) for line in heard.read_text().splitlines())
        if odd := [pid for pid, tasks in begun.items() if tasks % 2]:
            return odd[0]
        time.sleep(0.05)


def kill_an_actor_of(rebuild: int) -> list[psutil.Process]:
    """Wait for an actor at work, kill it, and give all processes that the rebuild has started."""
    while True:
        children = psutil.Process(rebuild).children(recursive=True)
        for child in children:
            with suppress(psutil.Error):
                if "ray::Worker.run" in " ".join(child.cmdline()):
                    child.kill()
                    return children
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_an_actor_killed_in_the_middle_costs_its_shard_and_no_byte(kit, jobs, on_ray, tmp_path, monkeypatch) -> None:
    for number in range(6, 12):
        kit.tune(f"{number}_-_Tune_{number}.wav", number)
    local, shaken = kit.library("local"), kit.library("shaken")
    kit.rebuild(local)
    monkeypatch.setattr(listen, "hear", jobs.slowly)
    killed = []

    def kill(step) -> None:
        if step.stage == "analyse" and step.done == 1:
            killed.append(in_the_middle_of_two(tmp_path / "heard.txt"))
            os.kill(killed[0], signal.SIGKILL)

    report = rebuild(shaken, on_ray(), kit.store, progress=kill)
    assert (report.status, report.analysed, report.failed, report.skipped) == ("published", 12, {}, {})
    assert not is_alive(killed[0])
    assert kit.contents(shaken, 1) == kit.contents(local, 1)
    heard = Counter(line.split()[0] for line in (tmp_path / "heard.txt").read_text().splitlines())
    assert len(heard) == 12
    assert heard.total() in (13, 14)  # the shard of two that was lost, as far as it was heard before the blow


def test_a_track_that_kills_every_actor_is_told_from_its_neighbours(kit, jobs, on_ray, monkeypatch) -> None:
    library = kit.library()
    monkeypatch.setattr(listen, "hear", jobs.fatally)
    report = rebuild(library, on_ray(workers=1, retries=1), kit.store)
    assert report.tracks == 5
    (failed,) = read_ledger(library).filter(pl.col("state") == "failed").iter_rows(named=True)
    assert Path(failed["path"]).name == "00_-_Tune_0.wav"
    assert failed["reason"] == "its worker was lost on the cluster, again and again (ActorUnavailableError)"


def test_whoever_stops_the_rebuild_stops_the_actors(kit, jobs, on_ray, caplog, monkeypatch) -> None:
    monkeypatch.setattr(listen, "hear", jobs.slowly)

    def stop(step) -> None:
        if step.done:
            raise KeyboardInterrupt

    with caplog.at_level(logging.INFO), pytest.raises(KeyboardInterrupt):
        rebuild(kit.library(), on_ray(), kit.store, progress=stop)
    assert started(caplog)
    end = time.monotonic() + 180  # a busy machine takes its time
    while any(is_alive(pid) for pid in started(caplog)):
        assert time.monotonic() < end
        time.sleep(0.1)


def test_the_real_encoders_give_the_same_bytes(kit, ray, on_ray, model_store) -> None:
    settings = RebuildSettings(AnalysisSettings(windows=2, workers=2, device="cpu"), IndexSettings())
    local, far = kit.library("local"), kit.library("far")
    rebuild(local, settings, model_store)
    rebuild(far, on_ray(settings), model_store)
    assert kit.contents(far, 1) == kit.contents(local, 1)


def test_shards_of_an_index_are_written_on_the_cluster_as_here(ray, on_ray, tmp_path) -> None:
    rows = unit_rows(np.random.default_rng(5).normal(size=(9000, 16)).astype(np.float32))
    plan = Plan("ivf-pq", "", 1.0, "float16", 4096)
    for name in ("here", "there"):
        write_vectors(tmp_path / name, rows, "float16")
    build_index(tmp_path / "here", plan)
    write_shards(tmp_path / "there", plan, on_ray())
    files = [path.relative_to(tmp_path / "here") for path in (tmp_path / "here").rglob("*") if path.is_file()]
    assert len(files) == 3 + 3 * 3
    for file in files:
        assert (tmp_path / "there" / file).read_bytes() == (tmp_path / "here" / file).read_bytes()


def test_a_file_that_hangs_fails_alone_and_for_the_same_reason(kit, ray, on_ray) -> None:
    local, far = kit.library("local"), kit.library("far")
    hanging = kit.music / "00_-_Tune_0.wav"
    hanging.unlink()
    os.mkfifo(hanging)  # reading waits for a writer who never comes
    patient = RebuildSettings(kit.settings().analysis.model_copy(update={"timeout_s": 3.0}), IndexSettings())
    reports = [rebuild(local, patient, kit.store), rebuild(far, on_ray(patient), kit.store)]
    assert list(reports[1].failed.values()) == ["took longer than 3 s"]
    assert reports[1].failed == reports[0].failed
    assert kit.contents(far, 1) == kit.contents(local, 1)


def test_what_kills_every_actor_that_runs_it_fails_alone(ray, on_ray) -> None:
    tasks = [["true"], ["bash", "-c", KILL_ACTOR], ["true"], ["bash", "-c", "exit 0"]]
    with ray_runner(on_ray(retries=0)) as runner:
        outcomes = list(runner.map(subprocess.check_call, tasks, timeout_s=60))
    assert sorted(outcome.task for outcome in outcomes) == sorted(tasks)
    failed = [outcome for outcome in outcomes if outcome.error is not None]
    assert [outcome.task for outcome in failed] == [tasks[1]]
    assert "lost on the cluster" in failed[0].error


def test_items_are_run_on_the_cluster_and_broken_ones_say_why(ray, on_ray) -> None:
    with ray_runner(on_ray()) as runner:
        outcomes = {outcome.task: outcome for outcome in runner.map(os._exit, [3], timeout_s=60)}
        assert outcomes[3].error == "worker died (exit status 3)"
        values = {outcome.task: outcome.value for outcome in runner.map(abs, [-1, 2, -3], timeout_s=60)}
        assert values == {-1: 1, 2: 2, -3: 3}
        slow = list(runner.map(time.sleep, [600.0], timeout_s=1))
    assert [outcome.error for outcome in slow] == ["took longer than 1 s"]


def test_missing_weights_end_the_rebuild_with_their_own_line(kit, ray, on_ray) -> None:
    settings = on_ray(RebuildSettings(AnalysisSettings(encoders=("musicnn_msd",), text="fake-text"), IndexSettings()))
    with pytest.raises(ModelError, match=r"on .*, a machine of the cluster: .*segue models pull musicnn_msd"):
        rebuild(kit.library(), settings, kit.store)


def test_parts_come_home_through_a_store_and_an_altered_one_is_heard_again(
    kit, ray, on_ray, tmp_path, monkeypatch
) -> None:
    local, far = kit.library("local"), kit.library("far")
    kit.rebuild(local)
    get, spoilt = TransitStore.get, []

    def spoil(store: TransitStore, path: str) -> bytes:
        content = get(store, path)
        if not spoilt:
            spoilt.append(path)
            return content[:-1] + bytes([content[-1] ^ 1])
        return content

    monkeypatch.setattr(TransitStore, "get", spoil)
    report = rebuild(far, on_ray(cache=(tmp_path / "store").as_uri()), kit.store)
    assert spoilt
    assert report.failed == {}
    assert kit.contents(far, 1) == kit.contents(local, 1)
    assert list((tmp_path / "store").iterdir()) == []


def test_the_command_prints_one_document_even_where_ray_complains_and_leaves_nothing_running(kit) -> None:
    library = kit.library()
    folder = tempfile.mkdtemp(prefix="r")
    command = [sys.executable, "-m", "indexers.rebuild", "--library", str(library.root), "--engine", "ray", "--json"]
    environment = os.environ | {"RAY_TMPDIR": folder, "SEGUE_MODELS": str(kit.store.folder)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    children = kill_an_actor_of(process.pid)
    out, err = process.communicate(timeout=300)
    shutil.rmtree(folder, ignore_errors=True)
    assert json.loads(out)["analysed"] == 6, err
    assert "A worker died" in err
    assert psutil.wait_procs(children, timeout=20)[1] == []


def test_shards_keep_the_order_of_the_tasks() -> None:
    assert cut([1, 2, 3, 4, 5], 2) == [[1, 2], [3, 4], [5]]
    assert cut([], 2) == []


@pytest.mark.parametrize(
    ("device", "found", "gpus"), [("cpu", 4.0, 0.0), ("auto", 0.0, 0.0), ("auto", 1.0, 0.5), ("cuda", 1.0, 0.5)]
)
def test_actors_ask_for_gpus_where_there_are_some(device, found, gpus) -> None:
    assert gpus_of_each(device, 0.5, found) == gpus


def test_no_gpu_is_never_passed_over_in_silence() -> None:
    with pytest.raises(ConfigError, match="the cluster has 0"):
        gpus_of_each("cuda", 1.0, 0.0)
