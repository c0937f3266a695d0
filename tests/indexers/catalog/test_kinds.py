import pytest

from indexers.catalog.kinds import kind_of, not_audio


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("audio", "a.mp3 a.FLAC a.wav a.aiff a.aif a.ogg a.oga a.opus a.m4a a.aac a.wma a.b.mp3"),
        ("video", "a.mp4 a.m4v a.webm a.MKV a.mov"),
        ("playlist", "a.m3u a.m3u8 a.pls a.xspf a.jspf a.json a.jsonl"),
        ("other", "a.jpg a.txt mp3 a.mp3.part a"),
    ],
)
def test_a_names_ending_tells_the_kind(kind: str, names: str) -> None:
    assert {kind_of(name) for name in names.split()} == {kind}


def test_why_a_file_was_skipped() -> None:
    assert not_audio("a/B.JPG") == "not audio: .jpg"
    assert not_audio("README") == "not audio: no file name ending"
