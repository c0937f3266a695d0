"""Reaching a Ray cluster, or starting one of this machine alone."""

import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from indexers.errors import ConfigError, SegueError

ANSWER_S = 10.0  # that a cluster has to answer in; Ray itself would go on trying for many minutes
OBJECTS_BYTES = 100_000_000  # of Ray's object store: only tasks and reasons pass through it


def load_ray() -> Any:
    """Import Ray.

    Raises:
        ConfigError: it is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # before the import; nothing is told to anyone
    try:
        import ray
    except ModuleNotFoundError as error:
        raise ConfigError("the engine 'ray' needs Ray, which is not here: pip install 'segue[cluster]'") from error
    return ray


@contextmanager
def attached(address: str, workers: int) -> Iterator[Any]:
    """Ray, connected until the context is left; a connection that this process has already is used and kept.

    Args:
        address: Of a running cluster; empty starts one here, which ends with the context.
        workers: How many the one started here has room for.

    Raises:
        ConfigError: Ray is not installed, or no cluster answers at the address.
        SegueError: none could be started here, or it broke down.
    """
    ray = load_ray()
    ours = not ray.is_initialized()
    try:
        if ours:
            _connect(ray, address, workers)
        yield ray
    except ray.exceptions.RayError as error:
        said = " ".join(str(error).split())
        raise SegueError(f"the Ray cluster broke down ({said}); what was heard is kept, run it again") from error
    finally:
        if ours:
            ray.shutdown()


def _connect(ray: Any, address: str, workers: int) -> None:
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address:
            _knock(address)
            ray.init(address=address, **quiet)
        else:
            own = {"num_cpus": workers, "include_dashboard": False, "object_store_memory": OBJECTS_BYTES}
            ray.init(address="local", **own, **quiet)
    except Exception as error:  # Ray has no root for what may go wrong here
        said = " ".join(str(error).split())
        if address:
            raise ConfigError(
                f"[cluster] address = {address!r}: no Ray cluster answers there ({said}); start one with `ray start "
                "--head` and give its HOST:PORT, or auto on a machine of it, or nothing to start one here"
            ) from error
        raise SegueError(f"Ray could not be started on this machine: {said}") from error


def _knock(address: str) -> None:
    if address == "auto":
        return
    if (parts := re.fullmatch(r"(?P<host>[^/\s]+):(?P<port>\d+)", address)) is None:
        raise ValueError("not of the form HOST:PORT")
    socket.create_connection((parts["host"], int(parts["port"])), ANSWER_S).close()
