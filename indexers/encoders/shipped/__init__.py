"""Towers that this project trained: each in a folder of its name, as `segue train` writes them, with its card."""

from pathlib import Path

SHIPPED = ("clap", "collap")


def shipped_folder(name: str) -> Path:
    """The folder of shipped towers."""
    return Path(__file__).parent / name


def in_full(name: str) -> str:
    """The name of an encoder with its folder where it is shipped, such as "clap:/the/folder" for "clap"."""
    return f"{name}:{shipped_folder(name)}" if name in SHIPPED else name
