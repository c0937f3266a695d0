import hashlib
import shutil
import struct

import numpy as np
import pytest
import soundfile

from indexers.errors import MediaError, NoAudioError
from indexers.media.probe import probe
from indexers.media.testing import FORMATS, music, retag, write_sound


@pytest.fixture
def encode(tmp_path):
    return lambda name, *sound, **options: write_sound(tmp_path / name, *sound, **options)


ID3V1 = b"TAG" + b"Other title".ljust(30, b"\0") + b"\0" * 95
APE = b"APETAGEX" + (2000).to_bytes(4, "little") + (51).to_bytes(4, "little") + (1).to_bytes(4, "little") + b"\0" * 12
APE_TAG = b"\x05\0\0\0\0\0\0\0Title\0Other" + APE


APE_BODY = b"\0\0\2\0\2\0\0\0Cover Art (Front)\0" + b"\xff\xfb\x92\x64" * 32768
APE_HEAD = struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(APE_BODY) + 32, 1, 0xA0000000)
APE_COVER = APE_HEAD + APE_BODY + struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(APE_BODY) + 32, 1, 0x80000000)


def id3v2(*frames: tuple[bytes, bytes]) -> bytes:
    """An ID3v2.3 tag with these frames."""
    body = b"".join(name + len(content).to_bytes(4, "big") + b"\0\0" + content for name, content in frames)
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + body


def png() -> bytes:
    import io

    from PIL import Image

    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(stream, "PNG")
    return stream.getvalue()


def test_the_hash_is_of_the_samples_alone(encode):
    samples = music(1.0)
    path = encode("a.wav", samples)
    coded = path.read_bytes()[-4 * len(samples) :]
    expected = hashlib.blake2b(b"pcm_s16le 44100 2\n" + coded, digest_size=16).hexdigest()
    assert probe(path).content_hash == expected


@pytest.mark.parametrize("suffix", FORMATS)
def test_says_what_a_file_holds(encode, suffix):
    found = probe(encode(f"a{suffix}", music(5.0)))
    assert found.duration_s == pytest.approx(5.0, abs=0.1)  # codecs pad to whole frames
    assert found.sample_rate_hz == (48_000 if suffix in (".opus", ".webm") else 44_100)
    assert found.channels == 2
    assert not found.has_video
    names = {".wav": "pcm_s16le", ".aiff": "pcm_s16be", ".ogg": "vorbis", ".webm": "opus", ".m4a": "aac"}
    names |= {".wma": "wmav2", ".alac.m4a": "alac"}
    assert found.codec == names.get(suffix, suffix[1:])


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".opus", ".m4a", ".alac.m4a", ".wma", ".wav"])
def test_new_tags_a_new_name_and_a_new_folder_leave_the_hash(encode, tmp_path, suffix):
    path = encode(f"a{suffix}", music(3.0))
    (tmp_path / "elsewhere").mkdir()
    other = tmp_path / "elsewhere" / f"ünïcode\nname{suffix}"
    retag(path, other, {"title": "Another title " * 50, "artist": "Someone", "comment": "x" * 3000})
    assert other.read_bytes() != path.read_bytes()
    assert b"Another title" in other.read_bytes().replace(b"\0", b"")
    assert probe(other).content_hash == probe(path).content_hash


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (id3v2((b"TIT2", b"\0A title")), b""),
        (id3v2((b"TIT2", b"\0A" * 60_000)), b""),
        (b"", ID3V1),
        (b"", APE_TAG),
        (b"", APE_TAG + ID3V1),
        (id3v2((b"TIT2", b"\0A title")), APE_COVER),
    ],
)
@pytest.mark.parametrize("suffix", [".mp3", ".aac"])
def test_tags_around_the_sound_leave_the_hash(encode, tmp_path, suffix, before, after):
    path = encode(f"a{suffix}", music(3.0))
    tagged = tmp_path / f"tagged{suffix}"
    tagged.write_bytes(before + path.read_bytes() + after)
    assert probe(tagged).content_hash == probe(path).content_hash


def test_a_cover_is_no_video_and_leaves_the_hash(encode, tmp_path):
    path = encode("a.mp3", music(3.0))
    covered = tmp_path / "covered.mp3"
    covered.write_bytes(id3v2((b"APIC", b"\0image/png\0\x03\0" + png())) + path.read_bytes())
    found = probe(covered)
    assert found == probe(path)
    assert not found.has_video


def test_other_sound_has_another_hash(encode):
    samples = music(3.0)
    hashes = {probe(encode(f"{row}.flac", samples * scale)).content_hash for row, scale in enumerate((1.0, 0.99, 0.5))}
    assert len(hashes) == 3


def test_the_same_bytes_at_another_rate_are_other_sound(encode):
    samples = music(1.0)
    slow, fast = encode("a.wav", samples, 22_050), encode("b.wav", samples, 44_100)
    assert probe(slow).content_hash != probe(fast).content_hash


def test_counts_what_is_there_where_the_header_lies(encode, tmp_path):
    path = encode("a.mp3", music(20.0))
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(path.read_bytes()[: path.stat().st_size // 4])
    assert probe(cut).duration_s == pytest.approx(5.0, abs=0.6)
    cut_flac = tmp_path / "cut.flac"
    flac = encode("a.flac", music(20.0)).read_bytes()
    cut_flac.write_bytes(flac[: len(flac) // 2])
    assert probe(cut_flac).duration_s == pytest.approx(10.0, abs=1.0)


def test_a_guess_from_the_bit_rate_is_not_believed(encode):
    silence_then_noise = np.concatenate([np.zeros((30 * 44_100, 2), np.float32), music(2.0)])
    assert probe(encode("a.aac", silence_then_noise)).duration_s == pytest.approx(32.0, abs=0.1)


BROKEN = {
    "zero.mp3": (b"", "empty"),
    "text.mp3": (b"these are words, not music\n" * 400, "not a media file"),
    "noise.mp3": (np.random.default_rng(0).bytes(300_000), "no sound was recognised"),
    "noise.flac": (np.random.default_rng(1).bytes(100_000), "no sound was recognised"),
    "noise.bin": (np.random.default_rng(2).bytes(100_000), "not a media file"),
    "list.mp3": (b"#EXTM3U\n#EXTINF:3,\n/etc/hostname\n", "not a media file"),
    "list.m3u8": (b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nreal.mp3\n#EXT-X-ENDLIST\n", "not a media file"),
    "head.wav": (b"RIFF\x24\0\0\0WAVE", "not a media file|no complete"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_music_fails_in_one_line(encode, tmp_path, name, capfd):
    encode("real.mp3", music(1.0))
    path = tmp_path / name
    content, reason = BROKEN[name]
    path.write_bytes(content)
    with pytest.raises(MediaError, match=reason) as caught:
        probe(path)
    assert "\n" not in str(caught.value)
    assert name in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_missing_file_and_a_folder_fail_in_one_line(tmp_path):
    with pytest.raises(MediaError, match="no such file"):
        probe(tmp_path / "gone.mp3")
    with pytest.raises(MediaError, match="folder"):
        probe(tmp_path)


def test_a_name_that_could_be_an_address_is_a_file(encode, tmp_path):
    path = encode("a.wav", music(1.0))
    odd = tmp_path / "concat:a|b.wav"
    shutil.copy(path, odd)
    assert probe(odd) == probe(path)


def test_a_video_without_sound_has_no_audio(tmp_path):
    import av

    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))))
        container.mux(stream.encode(None))
    with pytest.raises(NoAudioError, match="only video"):
        probe(path)


def test_absurd_channel_counts_are_refused(encode):
    path = encode("a.wav", np.zeros((1000, 65), np.float32), 8000)
    with pytest.raises(MediaError, match="up to 64 channels"):
        probe(path)


@pytest.mark.parametrize("name", ["fire2.mp4", "chaplin.mp4", "big_buck_bunny_0_30.webm"])
def test_real_videos_have_a_moving_picture(shared_data, name):
    found = probe(shared_data / "video" / name)
    assert found.has_video
    assert found.duration_s > 1


def test_real_songs(shared_data):
    for path in sorted((shared_data / "audio" / "jamendolyrics" / "mp3").glob("*.mp3"))[:3]:
        found = probe(path)
        assert 140 < found.duration_s < 200
        assert (found.codec, found.container, found.has_video) == ("mp3", "mp3", False)


def test_tags_in_another_encoding_do_not_cost_the_sound(tmp_path):
    path = tmp_path / "old.wav"
    soundfile.write(path, np.zeros(16_000, np.float32), 16_000)
    title = b"INAM" + (4).to_bytes(4, "little") + "été".encode("latin-1") + b"\0"
    chunk = b"LIST" + (4 + len(title)).to_bytes(4, "little") + b"INFO" + title
    raw = path.read_bytes() + chunk
    path.write_bytes(raw[:4] + (len(raw) - 8).to_bytes(4, "little") + raw[8:])
    assert probe(path).duration_s == pytest.approx(1.0)
