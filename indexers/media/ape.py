"""Where the sound of an mp3 ends and an APE tag begins: FFmpeg would take the tag for more sound."""

import os
import struct
from pathlib import Path

FOOTER = struct.Struct("<8sIIII8x")  # magic, version, size with footer but without header, items, flags
ID3V1_BYTES = 128
HAS_HEADER = 1 << 31


def sound_end(path: Path) -> int:
    """The offset of a file's trailing APE tag, or its size where there is none.

    Source: APEv2 specification (footer at the end of the file, or just before an ID3v1 tag).
    """
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        start = max(0, size - ID3V1_BYTES - FOOTER.size)
        stream.seek(start)
        tail = stream.read()
    for end in (len(tail), len(tail) - ID3V1_BYTES):
        footer = tail[max(0, end - FOOTER.size) : max(0, end)]
        if len(footer) == FOOTER.size and footer.startswith(b"APETAGEX"):
            _, _, tag_bytes, _, flags = FOOTER.unpack(footer)
            header_bytes = FOOTER.size if flags & HAS_HEADER else 0
            return max(0, start + end - int(tag_bytes) - header_bytes)
    return size
