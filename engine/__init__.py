"""The query API over a library: parse, retrieve, fuse, rerank, filter and explain.

Also the configuration and the command line. `Engine` and `Query` are the two names a program needs.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before numpy: spinning threads stall every other process

from engine.api import Engine
from engine.continuation.answer import Continuation, Continued, Seed, Unmatched
from engine.continuation.atlas import Neighbour
from engine.continuation.inputs import Pasted, Uploaded
from engine.path import Stop
from engine.query import Answer, Confidence, Evidence, Query, Result, Span
from engine.status import Published, Status
from engine.zeroshot import Asked, Classification, Classifier, classify
from indexers.errors import SegueError

__all__ = [
    "Answer",
    "Asked",
    "Classification",
    "Classifier",
    "Confidence",
    "Continuation",
    "Continued",
    "Engine",
    "Evidence",
    "Neighbour",
    "Pasted",
    "Published",
    "Query",
    "Result",
    "Seed",
    "SegueError",
    "Span",
    "Status",
    "Stop",
    "Unmatched",
    "Uploaded",
    "classify",
]
