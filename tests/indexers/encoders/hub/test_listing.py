from pathlib import Path

from indexers.encoders.hub import open_checkpoint
from indexers.encoders.hub.listing import listed_checkpoint


def test_a_checkpoint_is_described_like_any_model(clap_folder: Path, sentences_folder: Path) -> None:
    clap = listed_checkpoint(f"hub:{clap_folder}")
    assert clap["present"]
    assert clap["gives"] == "24-d vectors of texts and of 2 s of sound at 16 kHz"
    assert (clap["sample_rate_hz"], clap["window_samples"], clap["outputs"]) == (16_000, 32_000, {"audio": 24})
    assert clap["sha256"] == open_checkpoint(f"hub:{clap_folder}").fingerprint
    assert clap["size_bytes"] > (clap_folder / "model.safetensors").stat().st_size
    sentences = listed_checkpoint(f"hub:{sentences_folder}")
    assert (sentences["gives"], sentences["present"]) == ("vectors of sentences", True)
    assert set(sentences) == set(clap)


def test_one_that_is_missing_says_what_to_do(tmp_path: Path) -> None:
    listed = listed_checkpoint(f"hub:{tmp_path}/gone")
    assert not listed["present"]
    assert "no folder" in listed["problem"]
