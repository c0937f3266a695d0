"""Where a benchmark's figures go: one JSON file per run, with the commit, the settings and the machine."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[2]


def commit() -> str:
    """The first twelve digits of the commit that is measured, "-dirty" added when the tree differs from it."""
    git = ["git", "-C", str(ROOT)]
    digits = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True)
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True)
    return digits.stdout.strip() + ("-dirty" if changed.stdout.strip() else "")


def hardware() -> dict[str, Any]:
    """What the figures were measured on."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": names[0].split(":")[1].strip() if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
        "python": platform.python_version(),
        "system": platform.platform(),
    }


def _public(argument: str) -> str:
    """An argument without the places of the machine it was given on."""
    return Path(argument).name if os.sep in argument else argument


def record(name: str, figures: Mapping[str, Any], settings: Mapping[str, Any]) -> Path:
    """Write results/<name>-<commit>.json and print it."""
    document = {
        "benchmark": name,
        "commit": commit(),
        "date": time.strftime("%F"),
        "command": " ".join(["python", f"tests/benchmarks/{Path(sys.argv[0]).name}", *map(_public, sys.argv[1:])]),
        "hardware": hardware(),
        "settings": dict(settings),
        "figures": dict(figures),
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}-{document['commit']}.json"
    text = json.dumps(document, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
    print(text)
    return path


def segue(*arguments: str, timeout_s: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user would and fail loudly when it does."""
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", *arguments], capture_output=True, text=True, timeout=timeout_s, check=False
    )
    if done.returncode != 0:
        sys.exit(f"segue {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done
