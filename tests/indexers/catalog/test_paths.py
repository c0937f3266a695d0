import pytest

from indexers.catalog.paths import PathIndex

KNOWN = (
    "/music/Ann/First/01 One.mp3",
    "/music/Ann/Second/01 One.mp3",
    "/music/Bob/First/01 One.mp3",
    "/music/Bob/First/02 50% off.mp3",
    "/music/Caf\u00e9/x.ogg",
    "/other/only.wav",
)


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("/music/Ann/First/01 One.mp3", KNOWN[0]),
        ("../Ann/Second/01 One.mp3", KNOWN[1]),
        ("First/01 One.mp3", KNOWN[2]),  # relative to the base
        ("./First/../First/02 50% off.mp3", KNOWN[3]),
        ("file:///music/Bob/First/02%2050%25%20off.mp3", KNOWN[3]),
        ("file://localhost/music/Ann/First/01%20One.mp3", KNOWN[0]),
        ("file:///D:/My%20Music/Ann/First/01%20One.mp3", KNOWN[0]),
        ("First\\01 One.mp3", KNOWN[2]),
        ("D:\\Music\\Ann\\First\\01 One.mp3", KNOWN[0]),
        ("/mnt/disk/Bob/First/01 One.mp3", KNOWN[2]),
        ("/music/Cafe\u0301/x.ogg", KNOWN[4]),
        ("Second/01 One.mp3", KNOWN[1]),  # not at the base, but nothing else ends so
        ("/x/First/01 One.mp3", None),  # two end so
        ("Third/01 One.mp3", None),
        ("Zoe/First/02 50% off.mp3", None),  # a relative path must agree in all of its parts
        ("/elsewhere/only.wav", None),  # one part is too little for two
        ("http://radio.example/only.wav", None),
        ("01 One.mp3", None),
        ("", None),
        ("..", None),
        ("/", None),
    ],
)
def test_finds_the_one_path_that_is_meant(location: str, found: str | None) -> None:
    assert PathIndex(KNOWN).find(location, "/music/Bob", parts=2) == found


def test_one_part_may_be_enough() -> None:
    index = PathIndex(KNOWN)
    assert index.find("only.wav", "/x", parts=1) == "/other/only.wav"
    assert index.find("/elsewhere/only.wav", "/x", parts=1) == "/other/only.wav"
    assert index.find("01 One.mp3", "/x", parts=1) is None
