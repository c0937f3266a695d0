import os
import tracemalloc
from functools import cache

import numpy as np
import pytest
import soxr

from indexers.errors import MediaError, NoAudioError, QueryError
from indexers.media import decode
from indexers.media.av_reader import AvReader
from indexers.media.decode import Cut, blocks, read_cuts, read_excerpt, read_windows
from indexers.media.soundfile_reader import SoundfileReader
from indexers.media.testing import FORMATS, LOSSLESS, music, write_sound
from indexers.media.windows import plan_windows
from indexers.schema import Window

RATE_HZ = 16_000
WINDOW = 48_128
SECONDS = 30.0
SEEKING_ERROR = 1e-5  # of full scale; only opus is not bit-exact after a seek


@pytest.fixture(scope="module")
def formats(tmp_path_factory):
    """One minute of the same music in every format."""
    folder = tmp_path_factory.mktemp("formats")
    samples = music(SECONDS)
    return {suffix: write_sound(folder / f"a{suffix}", samples) for suffix in FORMATS}


@cache
def whole(path):
    return np.concatenate(list(blocks(path, RATE_HZ)))


@pytest.mark.parametrize("suffix", FORMATS)
def test_windows_are_slices_of_the_whole_track(formats, suffix):
    windows = plan_windows(SECONDS, 7, 3.008)
    found = read_windows(formats[suffix], windows, sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    track = whole(formats[suffix])
    assert found.shape == (7, WINDOW)
    assert found.dtype == np.float32
    for waveform, window in zip(found, windows, strict=True):
        first = round(window.start_s * RATE_HZ)
        np.testing.assert_allclose(waveform, track[first : first + WINDOW], atol=SEEKING_ERROR)


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_reader_jumps_to_the_very_samples_of_a_full_decode(formats, suffix):
    def reader():
        return decode._first_reader(formats[suffix])

    through, jumping = reader(), reader()
    hz = through.sample_rate_hz
    track = through.read(0, int(SECONDS * hz))
    for start_s in (0.0, 0.7, 9.3, 9.31, 9.35, 21.123, 28.0):
        start = int(start_s * hz)
        np.testing.assert_allclose(jumping.read(start, hz), track[start : start + hz], atol=1e-6)
    through.close()
    jumping.close()


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_row_does_not_depend_on_what_else_is_read(formats, suffix):
    windows = [Window(start, start + 3.008) for start in (24.0, 3.2, 3.25, 17.001)]
    together = read_windows(formats[suffix], windows, sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    for row, window in enumerate(windows):
        alone = read_windows(formats[suffix], [window], sample_rate_hz=RATE_HZ, window_samples=WINDOW)
        np.testing.assert_allclose(together[row], alone[0], atol=SEEKING_ERROR)


@pytest.mark.parametrize("suffix", FORMATS)
def test_decodes_the_music_that_was_encoded(formats, suffix):
    expected = soxr.resample(music(SECONDS).mean(axis=1), 44_100, RATE_HZ, quality="HQ")
    found = whole(formats[suffix])
    assert len(found) == pytest.approx(len(expected), abs=0.06 * RATE_HZ)
    if suffix in LOSSLESS:
        np.testing.assert_allclose(found, expected[: len(found)], atol=1e-4)
        return
    length = 20 * RATE_HZ
    spectra = np.fft.rfft(found[:length]), np.fft.rfft(expected[:length])
    lag = int(np.argmax(np.fft.irfft(spectra[0] * spectra[1].conj())))
    lag = lag if lag < length / 2 else lag - length
    assert abs(lag) <= (800 if suffix in (".aac", ".wma") else 10)  # those two do not say what the encoder delayed
    start = RATE_HZ
    aligned = found[start + lag : start + lag + length]
    assert np.corrcoef(aligned, expected[start : start + length])[0, 1] > 0.9


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_channels_are_averaged(tmp_path, channels):
    samples = music(4.0, RATE_HZ, channels)
    path = write_sound(tmp_path / "a.wav", samples, RATE_HZ, subtype="FLOAT")
    found = read_windows(path, [Window(0.5, 3.508)], sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    np.testing.assert_allclose(found[0], samples[8000 : 8000 + WINDOW].mean(axis=1), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "rate_hz", "subtype", "error"),
    [
        ("a.wav", 44_100, "PCM_U8", 1e-2),
        ("a.wav", 8_000, "PCM_16", 1e-4),
        ("a.wav", 44_100, "PCM_24", 1e-6),
        ("a.wav", 44_100, "PCM_32", 1e-6),
        ("a.wav", 44_100, "DOUBLE", 1e-6),
        ("a.flac", 96_000, "PCM_24", 1e-6),
        ("a.flac", 22_051, "PCM_24", 1e-6),
        ("a.aiff", 192_000, "PCM_24", 1e-6),
    ],
)
def test_every_sample_format_and_rate(tmp_path, name, rate_hz, subtype, error):
    samples = music(8.0, rate_hz, 2)
    path = write_sound(tmp_path / name, samples, rate_hz, subtype=subtype)
    expected = soxr.resample(samples.mean(axis=1), rate_hz, RATE_HZ, quality="HQ")
    found = read_windows(path, [Window(2.0, 5.008), Window(4.5, 7.508)], sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    for waveform, start_s in zip(found, (2.0, 4.5), strict=True):
        first = int(start_s * RATE_HZ)
        np.testing.assert_allclose(waveform, expected[first : first + WINDOW], atol=error + 1e-6)
    one = [reader(path).read(rate_hz, rate_hz) for reader in (SoundfileReader, AvReader)]
    np.testing.assert_allclose(one[0], one[1], atol=1e-6)


def test_after_the_end_is_silence(tmp_path):
    samples = music(2.0, RATE_HZ, 1)
    path = write_sound(tmp_path / "a.flac", samples, RATE_HZ)
    windows = [Window(0.0, 3.008, padded=True), Window(1.5, 4.508), Window(50.0, 53.008)]
    found = read_windows(path, windows, sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    np.testing.assert_allclose(found[0, : 2 * RATE_HZ], samples[:, 0], atol=1e-4)
    np.testing.assert_allclose(found[1, :8000], samples[24_000:, 0], atol=1e-4)
    assert not found[0, 2 * RATE_HZ :].any()
    assert not found[1, 8000:].any()
    assert not found[2].any()


@pytest.mark.parametrize("suffix", FORMATS)
def test_after_the_end_of_every_format_is_silence(formats, suffix):
    windows = [Window(10.0, 13.008), Window(500.0, 503.008)]
    found = read_windows(formats[suffix], windows, sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    assert found[0].std() > 0.1
    assert not found[1].any()


def test_no_windows_give_no_rows(formats):
    assert read_windows(formats[".mp3"], [], sample_rate_hz=RATE_HZ, window_samples=WINDOW).shape == (0, WINDOW)


def test_loud_and_broken_floats_are_tamed(tmp_path):
    samples = np.full((4 * RATE_HZ, 1), 3.0, dtype=np.float32)
    samples[100], samples[200], samples[300] = np.nan, np.inf, -np.inf
    path = write_sound(tmp_path / "a.wav", samples, RATE_HZ, subtype="FLOAT")
    found = read_windows(path, [Window(0.0, 3.008)], sample_rate_hz=RATE_HZ, window_samples=WINDOW)[0]
    assert (found[100], found[200], found[300], found[400]) == (0.0, 1.0, -1.0, 1.0)
    assert np.isfinite(read_excerpt(path, 0.0, 3.0, sample_rate_hz=22_050)).all()


def test_a_truncated_mp3_decodes_as_far_as_it_goes(formats, tmp_path, capfd):
    content = formats[".mp3"].read_bytes()
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(content[: len(content) // 2])
    windows = [Window(start, start + 3.008) for start in (1.0, 8.0, 25.0)]
    found = read_windows(cut, windows, sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    original = read_windows(formats[".mp3"], windows, sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    np.testing.assert_allclose(found[:2], original[:2], atol=1e-6)
    assert not found[2].any()
    assert len(whole(cut)) == pytest.approx(15 * RATE_HZ, rel=0.05)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", [".flac", ".wav", ".ogg", ".opus", ".wma", ".webm", ".aac"])
def test_other_truncated_files_decode_as_far_as_they_go(formats, tmp_path, suffix):
    content = formats[suffix].read_bytes()
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(content[: len(content) // 2])
    found = whole(cut)
    assert len(found) == pytest.approx(15 * RATE_HZ, rel=0.1)
    np.testing.assert_allclose(found[: 12 * RATE_HZ], whole(formats[suffix])[: 12 * RATE_HZ], atol=1e-6)
    windows = [Window(start, start + 3.008) for start in (1.0, 8.0, 25.0)]
    three = read_windows(cut, windows, sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    np.testing.assert_allclose(three[1], found[8 * RATE_HZ : 8 * RATE_HZ + WINDOW], atol=SEEKING_ERROR)
    assert not three[2].any()


@pytest.mark.parametrize("suffix", [".mp3", ".m4a", ".opus"])
def test_damage_in_the_middle_costs_only_the_middle(formats, tmp_path, suffix):
    content = bytearray(formats[suffix].read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = np.random.default_rng(3).bytes(3000)
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(content)
    windows = [Window(8.0, 11.008), Window(25.0, 28.008)]
    found = read_windows(path, windows, sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    original = read_windows(formats[suffix], windows, sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    np.testing.assert_allclose(found[0], original[0], atol=1e-6)
    assert found[1].std() == pytest.approx(original[1].std(), rel=0.1)


def test_sound_that_cannot_be_decoded_at_all_is_an_error(formats, tmp_path):
    content = bytearray(formats[".alac.m4a"].read_bytes())
    start = content.index(b"mdat") + 4
    end = content.index(b"moov") - 4
    content[start:end] = b"\xff" * (end - start)
    path = tmp_path / "broken.m4a"
    path.write_bytes(content)
    with pytest.raises(MediaError, match=r"broken\.m4a: none of its sound can be decoded"):
        read_windows(path, [Window(0.0, 3.008)], sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    with pytest.raises(MediaError, match="none of its sound"):
        read_windows(path, [Window(20.0, 23.008)], sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    with pytest.raises(MediaError, match="none of its sound"):
        whole(path)


@pytest.mark.parametrize(
    "content", [b"", b"words " * 1000, np.random.default_rng(0).bytes(300_000), b"fLaC" + b"\1" * 99]
)
@pytest.mark.parametrize("name", ["a.mp3", "a.flac", "a.wav", "a.m4a"])
def test_what_is_no_music_fails_in_one_line(tmp_path, name, content, capfd):
    path = tmp_path / name
    path.write_bytes(content)
    for read in (lambda: read_excerpt(path, 0, 1, sample_rate_hz=RATE_HZ), lambda: list(blocks(path, RATE_HZ))):
        with pytest.raises(MediaError, match=name) as caught:
            read()
        assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_sound_file_without_samples_is_an_error(tmp_path):
    path = write_sound(tmp_path / "a.wav", np.empty((0, 2), np.float32))
    with pytest.raises(MediaError, match=r"a\.wav"):
        read_excerpt(path, 0, 1, sample_rate_hz=RATE_HZ)


def test_excerpts_end_where_the_track_ends(tmp_path):
    samples = music(5.0, 44_100, 2)
    path = write_sound(tmp_path / "a.wav", samples, subtype="FLOAT")
    same_rate = read_excerpt(path, 1.0, 2.0, sample_rate_hz=44_100)
    np.testing.assert_allclose(same_rate, samples[44_100 : 3 * 44_100].mean(axis=1), atol=1e-6)
    assert len(read_excerpt(path, 4.5, 2.0, sample_rate_hz=44_100)) == 22_050
    assert len(read_excerpt(path, 4.5, 2.0, sample_rate_hz=RATE_HZ)) == 8_000
    assert len(read_excerpt(path, 60.0, 2.0, sample_rate_hz=RATE_HZ)) == 0


@pytest.mark.parametrize("span", [(-1.0, 1.0), (0.0, 0.0), (0.0, -2.0), (float("nan"), 1.0)])
def test_negative_excerpts_are_refused(formats, span):
    with pytest.raises(QueryError, match="cannot play"):
        read_excerpt(formats[".wav"], *span, sample_rate_hz=RATE_HZ)


def test_names_of_any_kind(formats, tmp_path):
    for name in ("line\nbreak.wav", "ünï💿.mp3", "concat:a|b.mp3", os.fsdecode(b"not-utf8-\xff.wav")):
        path = tmp_path / name
        path.write_bytes(formats["." + name.rsplit(".", 1)[1]].read_bytes())
        assert len(read_excerpt(path, 0, 1, sample_rate_hz=RATE_HZ)) == RATE_HZ


def test_memory_does_not_grow_with_the_length(tmp_path):
    path = write_sound(tmp_path / "long.wav", np.zeros((3600 * 8_000, 1), np.float32), 8_000, subtype="PCM_U8")
    windows = plan_windows(3600.0, 12, 3.008)
    peaks = []
    for reader in (SoundfileReader, AvReader):
        open_reader = reader(path)
        tracemalloc.start()
        heard = [len(open_reader.read(round(window.start_s * 8_000), 24_000)) for window in windows]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        open_reader.close()
        assert heard == [24_000] * 12
    assert max(peaks) < 5e6  # the whole is 115 MB


@pytest.mark.parametrize("name", ["chaplin.mp4", "fire2.mp4", "big_buck_bunny_0_30.webm", "bigbuckbunny.mp4"])
def test_the_sound_of_real_videos(shared_data, name):
    path = shared_data / "video" / name
    found = read_windows(path, [Window(0.5, 3.508)], sample_rate_hz=RATE_HZ, window_samples=WINDOW)[0]
    expected = whole(path)[8000 : 8000 + WINDOW]
    np.testing.assert_allclose(found[: len(expected)], expected, atol=1e-6)
    assert found.std() > 1e-3
    assert not found[len(expected) :].any()


def test_a_real_video_with_failing_sound_ends_well(shared_data):
    """Its audio stream is longer than its video; FFmpeg decodes all of it."""
    track = whole(shared_data / "video" / "video_with_failing_audio.mp4")
    assert len(track) / RATE_HZ == pytest.approx(11.23, abs=0.05)


def test_a_video_without_sound_has_no_audio(shared_data, tmp_path):
    import av

    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width = stream.height = 32
        container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8))))
        container.mux(stream.encode(None))
    with pytest.raises(NoAudioError, match="only video"):
        read_excerpt(path, 0, 1, sample_rate_hz=RATE_HZ)


def test_real_songs_jump_exactly(shared_data):
    path = sorted((shared_data / "audio" / "jamendolyrics" / "mp3").glob("*.mp3"))[4]
    windows = plan_windows(145.0, 12, 3.008)
    found = read_windows(path, windows, sample_rate_hz=RATE_HZ, window_samples=WINDOW)
    track = whole(path)
    for waveform, window in zip(found, windows, strict=True):
        first = round(window.start_s * RATE_HZ)
        np.testing.assert_allclose(waveform, track[first : first + WINDOW], atol=1e-6)


@pytest.mark.parametrize("suffix", FORMATS)
def test_listeners_that_differ_get_what_each_would_get_alone(formats, suffix):
    short = Cut(plan_windows(SECONDS, 7, 3.008), RATE_HZ, WINDOW)
    long = Cut(plan_windows(SECONDS, 3, 10.0), 48_000, 480_000)
    brief = Cut(plan_windows(SECONDS, 40, 0.25), 22_050, 5_512)
    together = read_cuts(formats[suffix], [short, long, brief])
    for cut, sound in zip((short, long, brief), together, strict=True):
        alone = read_windows(
            formats[suffix], cut.windows, sample_rate_hz=cut.sample_rate_hz, window_samples=cut.window_samples
        )
        assert sound.waveforms.shape == (len(cut.windows), cut.window_samples)
        np.testing.assert_allclose(sound.waveforms, alone, atol=SEEKING_ERROR)


def test_a_file_is_opened_once_for_all_listeners(formats, monkeypatch):
    opened = []
    monkeypatch.setattr(decode, "_first_reader", lambda path: opened.append(path) or SoundfileReader(path))
    windows = plan_windows(SECONDS, 3, 3.0)
    read_cuts(formats[".flac"], [Cut(windows, RATE_HZ, 48_000), Cut(windows, 44_100, 132_300)])
    assert len(opened) == 1


def test_how_much_sound_there_was_is_told(tmp_path):
    path = write_sound(tmp_path / "short.wav", music(1.5))
    (sound,) = read_cuts(path, [Cut(plan_windows(1.5, 4, 3.0), RATE_HZ, 48_000)])
    assert sound.lengths.tolist() == [24_000]
    assert not sound.waveforms[0, 24_000:].any()
