import itertools
import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from indexers.errors import ConfigError, ModelError, SegueError
from indexers.pool import run_tasks

JOBS = """
import ctypes, os, signal, sys, time
from indexers.errors import MediaError, ModelError

def square(number):
    return number * number

def scaled(context, number):
    return context["scale"] * number, os.getpid(), context["made"]

def make_context():
    return {"scale": 10, "made": time.monotonic_ns()}

def no_weights():
    raise ModelError("no weights: run `segue models pull musicnn_msd`")

def bad_setup():
    raise ValueError("two\\nlines")

def dying_setup():
    os._exit(9)

def misbehave(task):
    if task == "crash":
        ctypes.string_at(0)
    if task == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "exit":
        os._exit(3)
    if task == "sys.exit":
        sys.exit(4)
    if task == "hang":
        time.sleep(600)
    if task == "hang in C":
        signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
        ctypes.CDLL(None).sleep(600)
    if task == "media":
        raise MediaError("a.mp3: the file is empty (0 bytes)")
    if task == "other":
        raise RuntimeError("two\\nlines")
    if task == "unpicklable":
        return lambda: None
    return task

def settings(names):
    import torch
    return [os.environ.get(name) for name in names] + [torch.get_num_threads()]

def big(size):
    return b"x" * size

def noisy(number):
    print("on stdout", number)
    return number

def write_pid_and_hang(folder):
    with open(os.path.join(folder, str(os.getpid())), "w"):
        time.sleep(600)
"""


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """A module of tasks that workers can import."""
    (tmp_path / "pool_jobs.py").write_text(JOBS)
    monkeypatch.syspath_prepend(str(tmp_path))
    sys.modules.pop("pool_jobs", None)
    import pool_jobs

    return pool_jobs


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def wait_until(condition, timeout_s=20.0):
    end = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def of_this_process() -> set[int]:
    return {int(pid) for pid in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()}


OTHERS: set[int] = set()  # children that other tests have left running, such as a cluster


@pytest.fixture(autouse=True, scope="module")
def _others() -> None:
    OTHERS.update(of_this_process())


def children() -> set[int]:
    return of_this_process() - OTHERS


@pytest.mark.parametrize("workers", [1, 3])
def test_every_task_comes_back_once_with_its_value(jobs, workers):
    outcomes = list(run_tasks(jobs.square, range(50), workers=workers, timeout_s=30))
    assert sorted((outcome.task, outcome.value) for outcome in outcomes) == [(n, n * n) for n in range(50)]
    assert {outcome.error for outcome in outcomes} == {None}


def test_no_tasks_start_no_worker(jobs):
    before = children()
    assert list(run_tasks(jobs.square, [], workers=2, timeout_s=30)) == []
    assert children() == before


def test_work_is_done_in_other_processes_and_set_up_once_in_each(jobs):
    outcomes = list(run_tasks(jobs.scaled, range(40), workers=2, timeout_s=30, setup=jobs.make_context))
    assert sorted(outcome.value[0] for outcome in outcomes) == [10 * n for n in range(40)]
    pids = {outcome.value[1] for outcome in outcomes}
    assert os.getpid() not in pids
    assert 1 <= len(pids) <= 2
    assert len({outcome.value[2] for outcome in outcomes}) == len(pids)


def test_a_partial_carries_arguments(jobs):
    outcomes = list(run_tasks(partial(jobs.scaled, {"scale": 3, "made": 0}), [5], workers=1, timeout_s=30))
    assert outcomes[0].value[0] == 15


@pytest.mark.parametrize(
    ("task", "error"),
    [
        ("crash", r"worker died \(signal 11\)"),
        ("killed", r"worker died \(signal 9; the machine may be out of memory\)"),
        ("exit", r"worker died \(exit status 3\)"),
        ("sys.exit", "SystemExit: 4"),
        ("media", r"a\.mp3: the file is empty \(0 bytes\)"),
        ("other", "RuntimeError: two lines"),
        ("unpicklable", ".*[Pp]ickl.*"),
    ],
)
def test_what_goes_wrong_costs_one_task(jobs, task, error):
    tasks = ["a", task, "b", "c", task, "d"]
    outcomes = list(run_tasks(jobs.misbehave, tasks, workers=2, timeout_s=30))
    assert sorted(outcome.task for outcome in outcomes) == sorted(tasks)
    good = [outcome for outcome in outcomes if outcome.error is None]
    assert sorted(outcome.value for outcome in good) == ["a", "b", "c", "d"]
    for outcome in outcomes:
        if outcome.error is not None:
            assert outcome.task == task
            assert re.fullmatch(error, outcome.error)


@pytest.mark.parametrize("task", ["hang", "hang in C"])
def test_a_task_that_hangs_is_cut_off_alone(jobs, task):
    started = time.monotonic()
    outcomes = list(run_tasks(jobs.misbehave, [task, *"abcdef"], workers=2, timeout_s=1.5))
    assert time.monotonic() - started < 30
    assert [(outcome.task, outcome.error) for outcome in outcomes if outcome.error] == [
        (task, "took longer than 1.5 s")
    ]
    assert sorted(outcome.value for outcome in outcomes if not outcome.error) == list("abcdef")


def test_the_clock_does_not_run_while_the_caller_is_busy(jobs):
    outcomes = run_tasks(jobs.square, range(4), workers=2, timeout_s=1)
    found = [next(outcomes)]
    time.sleep(1.5)
    found += list(outcomes)
    assert [outcome.error for outcome in found] == [None] * 4


def test_tasks_are_pulled_as_workers_become_free(jobs):
    pulled = []
    endless = (pulled.append(number) or number for number in itertools.count())
    outcomes = run_tasks(jobs.square, endless, workers=2, timeout_s=30)
    for _ in range(10):
        next(outcomes)
    outcomes.close()
    assert len(pulled) <= 14


def test_big_tasks_and_results_pass(jobs):
    outcomes = list(run_tasks(jobs.big, [30_000_000] * 3, workers=2, timeout_s=60))
    assert [len(outcome.value) for outcome in outcomes] == [30_000_000] * 3
    echoed = next(run_tasks(jobs.misbehave, [b"y" * 30_000_000], workers=1, timeout_s=60))
    assert len(echoed.value) == 30_000_000


def test_workers_use_one_thread(jobs):
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS", "OMP_WAIT_POLICY"]
    outcome = next(run_tasks(jobs.settings, [names], workers=1, timeout_s=120))
    assert outcome.value == ["1", "1", "1", "1", "PASSIVE", 1]


def test_what_a_worker_prints_stays_off_stdout(jobs, capfd):
    assert len(list(run_tasks(jobs.noisy, range(3), workers=1, timeout_s=30))) == 3
    assert capfd.readouterr().out == ""


def test_a_setup_that_fails_ends_the_run_with_its_own_error(jobs):
    with pytest.raises(ModelError, match="segue models pull"):
        list(run_tasks(jobs.scaled, range(9), workers=2, timeout_s=30, setup=jobs.no_weights))
    with pytest.raises(SegueError, match="could not start: ValueError: two lines"):
        list(run_tasks(jobs.scaled, range(9), workers=2, timeout_s=30, setup=jobs.bad_setup))
    with pytest.raises(SegueError, match="could not start: worker died"):
        list(run_tasks(jobs.scaled, range(9), workers=2, timeout_s=30, setup=jobs.dying_setup))
    assert not children()


def test_refuses_what_cannot_work(jobs):
    with pytest.raises(ConfigError, match="workers = 0"):
        run_tasks(jobs.square, [1], workers=0, timeout_s=1)
    with pytest.raises(ConfigError, match=r"timeout_s = 0"):
        run_tasks(jobs.square, [1], workers=1, timeout_s=0)
    with pytest.raises(ConfigError, match="module's own function"):
        run_tasks(lambda task: task, [1], workers=1, timeout_s=1)


def test_closing_kills_the_workers(jobs, tmp_path):
    folder = tmp_path / "pids"
    folder.mkdir()
    outcomes = run_tasks(jobs.misbehave, ["a", "hang", "hang", "hang"], workers=2, timeout_s=600)
    next(outcomes)
    running = children()
    assert running
    outcomes.close()
    assert not [pid for pid in running if is_alive(pid)]


def test_a_failing_source_of_tasks_kills_the_workers(jobs):
    def source():
        yield "a"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(run_tasks(jobs.misbehave, source(), workers=2, timeout_s=600))
    assert not children()


# No `if __name__ == "__main__"` guard: a worker must never run its caller's script again.
SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
import pool_jobs
from indexers.pool import run_tasks
print("started", flush=True)
for outcome in run_tasks(pool_jobs.{function}, {tasks}, workers=2, timeout_s=600):
    print(outcome.value, flush=True)
"""


def start(jobs, function, tasks):
    folder = str(Path(jobs.__file__).parent)
    script = Path(folder) / "script.py"
    script.write_text(SCRIPT.format(folder=folder, function=function, tasks=tasks))
    return subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_script_needs_no_guard(jobs):
    process = start(jobs, "square", [1, 2, 3])
    out, err = process.communicate(timeout=60)
    assert (sorted(out.split()), err, process.returncode) == (["1", "4", "9", "started"], "", 0)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_die_with_their_parent(jobs, tmp_path, how):
    folder = tmp_path / "pids"
    folder.mkdir()
    process = start(jobs, "write_pid_and_hang", [str(folder)] * 2)
    wait_until(lambda: len(list(folder.iterdir())) == 2)
    pids = [int(path.name) for path in folder.iterdir()]
    assert all(is_alive(pid) for pid in pids)
    process.send_signal(how)
    _, err = process.communicate(timeout=30)
    wait_until(lambda: not any(is_alive(pid) for pid in pids), timeout_s=5)
    assert "in write_pid_and_hang" not in err  # no worker's traceback


def test_a_function_of_the_main_script_is_refused(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "from indexers.pool import run_tasks\ndef double(n):\n    return 2 * n\n"
        "try:\n    run_tasks(double, [1], workers=1, timeout_s=9)\nexcept ValueError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True)
    assert "move it to a module" in done.stdout
