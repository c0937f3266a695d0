"""The other end of `indexers.pool`: a process that runs one function on the tasks it is sent."""

import ctypes
import os
import pickle
import signal
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from indexers.errors import SegueError

PR_SET_PDEATHSIG = 1  # of prctl(2)


def main() -> None:
    """Serve tasks until the pool hangs up; `sys.argv` ends with the pipe's number and the parent's process id."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with(int(sys.argv[-1]))
    with Connection(int(sys.argv[-2])) as connection:
        try:
            function = _prepare(connection.recv_bytes())
        except (EOFError, OSError):
            return
        except Exception as error:
            connection.send_bytes(pickle.dumps(("broken", _as_segue_error(error))))
            return
        connection.send_bytes(pickle.dumps(("ready", None)))
        _serve(function, connection)


def _die_with(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent dies, even when it was killed itself and even within native code."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)  # it died before we asked


def _prepare(job: bytes) -> Callable[[Any], Any]:
    function, setup = pickle.loads(job)  # noqa: S301 - our own parent wrote it
    return function if setup is None else partial(function, setup())


def _serve(function: Callable[[Any], Any], connection: Connection) -> None:
    while True:
        try:
            message = connection.recv_bytes()
        except (EOFError, OSError):
            return
        connection.send_bytes(_answer(function, message))


def _answer(function: Callable[[Any], Any], message: bytes) -> bytes:
    try:
        return pickle.dumps(("value", function(pickle.loads(message))))  # noqa: S301 - our own parent wrote it
    except (Exception, SystemExit) as error:
        return pickle.dumps(("error", _line(error)))


def _line(error: BaseException) -> str:
    """One line: the message of our own errors, the type too of others."""
    said = " ".join(str(error).split())
    return said if isinstance(error, SegueError) else f"{type(error).__name__}: {said}"


def _as_segue_error(error: Exception) -> SegueError:
    return error if isinstance(error, SegueError) else SegueError(f"a worker could not start: {_line(error)}")
