"""The picture inside a file."""

import struct

import numpy as np
import soundfile

from engine.playback import cover

PICTURE = b"\x89PNG and so on"


def _with_picture(path):
    """A flac file with a picture block before its sound."""
    soundfile.write(path, np.zeros(8000, dtype=np.float32), 8000, format="FLAC")
    plain = path.read_bytes()
    head, rest = plain[:4], plain[4:]
    length = int.from_bytes(rest[1:4], "big")
    info, others = rest[: 4 + length], rest[4 + length :]
    mime = b"image/png"
    body = (
        struct.pack(">II", 3, len(mime))
        + mime
        + struct.pack(">I", 0)
        + struct.pack(">IIIII", 1, 1, 24, 0, len(PICTURE))
    )
    body += PICTURE
    block = bytes([6]) + len(body).to_bytes(3, "big") + body
    path.write_bytes(head + info + block + others)


def test_the_picture_inside_goes_before_the_one_beside(tmp_path):
    path = tmp_path / "a.flac"
    _with_picture(path)
    (tmp_path / "cover.png").write_bytes(b"beside")
    assert cover(path) == PICTURE


def test_covers_beside_a_file_have_an_order(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("no sound")
    assert cover(path) is None
    (tmp_path / "folder.png").write_bytes(b"folder")
    assert cover(path) == b"folder"
    (tmp_path / "Cover.JPEG").write_bytes(b"cover")
    assert cover(path) == b"cover"


def test_a_folder_that_is_gone_has_no_cover(tmp_path):
    assert cover(tmp_path / "gone" / "a.mp3") is None
