import logging
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from indexers.errors import ConfigError, ModelError
from indexers.generation import Generation
from indexers.rebuild.cluster.runner import cut, gpus_of_each, ray_runner
from indexers.rebuild.run import RebuildSettings, rebuild
from indexers.settings import AnalysisSettings, IndexSettings

# Ray leaves its sockets, log files and daemons to the end of the process
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore:.*accelerator.*:FutureWarning")

KILL_ACTOR = "kill -9 $(awk '/^PPid/ {print $2}' /proc/$PPID/status)"  # $PPID is the actor's process for tasks


def started(caplog) -> list[int]:
    """The processes of the actors, as they told them."""
    return [record.args[1] for record in caplog.records if "actor has started" in record.message]


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_an_actor_killed_in_the_middle_changes_no_byte(kit, ray, on_ray, caplog) -> None:
    for number in range(6, 12):
        kit.tune(f"{number}_-_Tune_{number}.wav", number)
    local, shaken = kit.library("local"), kit.library("shaken")
    kit.rebuild(local)
    killed = []

    def kill(step) -> None:
        if step.stage == "analyse" and step.done == 1:
            killed.append(started(caplog)[0])
            os.kill(killed[0], signal.SIGKILL)

    with caplog.at_level(logging.INFO):
        report = rebuild(shaken, on_ray(), kit.store, progress=kill)
    assert (report.status, report.analysed, report.failed, report.skipped) == ("published", 12, {}, {})
    assert killed
    assert not any(is_alive(pid) for pid in killed)
    assert kit.contents(shaken, 1) == kit.contents(local, 1)


def test_the_real_encoders_give_the_same_bytes(kit, ray, on_ray, model_store) -> None:
    settings = RebuildSettings(AnalysisSettings(windows=2, workers=2, device="cpu"), IndexSettings())
    local, far = kit.library("local"), kit.library("far")
    rebuild(local, settings, model_store)
    rebuild(far, on_ray(settings), model_store)
    assert kit.contents(far, 1) == kit.contents(local, 1)


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


@pytest.mark.parametrize("retries", [0, 1])
def test_what_kills_every_actor_that_runs_it_fails_alone(kit, ray, on_ray, retries) -> None:
    tasks = [["true"], ["bash", "-c", KILL_ACTOR], ["true"], ["bash", "-c", "exit 0"]]
    with ray_runner(on_ray(retries=retries)) as runner:
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


def test_missing_weights_end_the_rebuild_with_their_own_line(kit, ray, on_ray, model_store, monkeypatch) -> None:
    settings = on_ray(RebuildSettings(AnalysisSettings(encoders=("musicnn_msd",), text="fake-text"), IndexSettings()))
    with pytest.raises(ModelError, match="segue models pull musicnn_msd"):
        rebuild(kit.library(), settings, kit.store)


def test_parts_come_home_through_a_store(kit, ray, on_ray, tmp_path) -> None:
    local, far = kit.library("local"), kit.library("far")
    kit.rebuild(local)
    rebuild(far, on_ray(cache=(tmp_path / "store").as_uri()), kit.store)
    assert kit.contents(far, 1) == kit.contents(local, 1)
    assert Generation.open(far).n_tracks == 6
    assert list((tmp_path / "store").iterdir()) == []


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
