"""The one error tree: every failure that a person can cause or mend.

SegueError
├── InputError (ValueError)     what was asked for makes no sense
│   ├── ConfigError             a setting, option or name that does not exist
│   ├── QueryError              a query or a filter that cannot be answered
│   ├── ShapeError              arrays whose sizes do not fit
│   ├── PlaylistError           a playlist file that cannot be read
│   └── PairsError              a manifest of pairs of audio and text that cannot be used
│       └── LeakError           one tune, or one file, on two sides of its split
├── MediaError                  a file whose sound cannot be had
│   └── NoAudioError            a readable file that simply has no sound in it
├── ModelError                  weights that are missing, altered or unusable
├── LibraryError                a library folder that is missing, locked, newer or damaged
│   ├── LockedError             another process is writing to it
│   └── StaleIndexError         an index built by another format or encoder
├── CheckError                  a build that failed its checks and was not published
└── StorageError                the disk said no: full, read-only, not permitted

A message is one line: what was wrong, the limit, the remedy.
"""


class SegueError(Exception):
    """The root: command line and page catch this one and show its message."""


class InputError(SegueError, ValueError):
    """What was asked for makes no sense."""


class ConfigError(InputError):
    """A setting, option or name that does not exist or is out of range."""


class QueryError(InputError):
    """A query or a filter that cannot be answered as written."""


class ShapeError(InputError):
    """Arrays whose sizes do not fit together."""


class PlaylistError(InputError):
    """A playlist file that cannot be read."""


class PairsError(InputError):
    """A manifest of pairs of audio and text that cannot be used."""


class LeakError(PairsError):
    """One tune, or one file, on two sides of a manifest's split."""


class MediaError(SegueError):
    """A file whose sound cannot be had."""


class NoAudioError(MediaError):
    """A readable file that has no sound in it."""


class ModelError(SegueError):
    """Weights that are missing, altered or unusable."""


class LibraryError(SegueError):
    """A library folder that is missing, of a newer format or damaged."""


class LockedError(LibraryError):
    """Another process is writing to the library."""


class StaleIndexError(LibraryError):
    """An index built by another format or another encoder."""


class CheckError(SegueError):
    """A build that failed its checks and was not published."""


class StorageError(SegueError):
    """The disk refused: full, read-only or not permitted."""
