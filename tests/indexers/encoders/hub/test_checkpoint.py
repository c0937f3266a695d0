import json
from collections.abc import Callable
from pathlib import Path

import pytest

from indexers.encoders.hub import Kind, open_checkpoint
from indexers.encoders.hub.clap_audio import hearing_of
from indexers.encoders.hub.testing import write
from indexers.errors import ModelError

Copy = Callable[[Path], Path]


def test_a_checkpoint_says_what_it_is_without_its_weights_being_read(clap_folder: Path, sentences_folder: Path) -> None:
    clap, sentences = open_checkpoint(f"hub:{clap_folder}"), open_checkpoint(f"hub:{sentences_folder}")
    assert (clap.kind, sentences.kind) == (Kind.CLAP, Kind.SENTENCES)
    assert clap.files() == [
        "config.json", "model.safetensors", "processor_config.json", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip
    assert {"1_Pooling/config.json", "modules.json", "model.safetensors"} <= set(sentences.files())
    hearing = hearing_of(clap)
    assert (hearing.sample_rate_hz, hearing.window_samples, hearing.padding, hearing.dim) == (
        16_000,
        32_000,
        "repeatpad",
        24,
    )


def test_the_settings_are_found_in_older_checkpoints_too(clap_folder: Path, copy_of: Copy) -> None:
    folder = copy_of(clap_folder)
    said = json.loads((folder / "processor_config.json").read_text())["feature_extractor"]
    (folder / "processor_config.json").unlink()
    with pytest.raises(ModelError, match=r"has no preprocessor_config.json with a feature extractor: get a whole copy"):
        hearing_of(open_checkpoint(f"hub:{folder}"))
    write(folder / "preprocessor_config.json", {**said, "sampling_rate": 48_000, "max_length_s": 10})
    hearing = hearing_of(open_checkpoint(f"hub:{folder}"))
    assert (hearing.sample_rate_hz, hearing.window_samples) == (48_000, 480_000)
    write(folder / "preprocessor_config.json", {"feature_extractor_type": "ClapFeatureExtractor"})
    hearing = hearing_of(open_checkpoint(f"hub:{folder}"))
    assert (hearing.sample_rate_hz, hearing.window_samples, hearing.padding) == (48_000, 480_000, "repeatpad")


@pytest.mark.parametrize("wrong", [{"sampling_rate": 0}, {"padding": "mirror"}, {"max_length_s": "ten"}])
def test_settings_that_make_no_sense_are_refused(clap_folder: Path, copy_of: Copy, wrong: dict[str, object]) -> None:
    folder = copy_of(clap_folder)
    write(folder / "preprocessor_config.json", {"feature_extractor_type": "ClapFeatureExtractor", **wrong})
    with pytest.raises(ModelError, match=str(next(iter(wrong.values())))):
        hearing_of(open_checkpoint(f"hub:{folder}"))


def test_the_fingerprint_follows_weights_settings_and_prompts_but_not_the_place(
    clap_folder: Path, copy_of: Copy
) -> None:
    folder = copy_of(clap_folder)
    before = open_checkpoint(f"hub:{clap_folder}").fingerprint
    assert open_checkpoint(f"hub:{folder}").fingerprint == before == open_checkpoint(f"hub:{folder}").verify()
    seen = {before}
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    assert open_checkpoint(f"hub:{folder}").fingerprint == before
    (folder / "README.md").write_text("---\nprompts: ['This is a sound of {}.']\n---\n")
    seen.add(open_checkpoint(f"hub:{folder}").fingerprint)
    (folder / "tokenizer_config.json").write_text("{}")
    seen.add(open_checkpoint(f"hub:{folder}").fingerprint)
    weights = bytearray((folder / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (folder / "model.safetensors").write_bytes(weights)
    seen.add(open_checkpoint(f"hub:{folder}").fingerprint)
    assert len(seen) == 4


def test_another_architecture_is_named_with_what_is_taken(tmp_path: Path) -> None:
    write(tmp_path / "config.json", {"model_type": "wav2vec2", "architectures": ["Wav2Vec2ForCTC"]})
    with pytest.raises(
        ModelError, match=r"holds Wav2Vec2ForCTC \(model_type 'wav2vec2'\): Segue takes transformers' CLAP"
    ):
        open_checkpoint(f"hub:{tmp_path}")
    write(tmp_path / "config.json", {})
    with pytest.raises(ModelError, match=r"holds an unnamed architecture \(model_type None\)"):
        open_checkpoint(f"hub:{tmp_path}")


def test_each_kind_has_its_place(clap_folder: Path, sentences_folder: Path) -> None:
    with pytest.raises(ModelError, match=r"is clap, not sentence-transformers: .* for \[analysis\] joint"):
        open_checkpoint(f"hub:{clap_folder}", Kind.SENTENCES)
    with pytest.raises(ModelError, match="is sentence-transformers, not clap"):
        open_checkpoint(f"hub:{sentences_folder}", Kind.CLAP)


def test_a_folder_that_is_not_there_or_holds_nothing_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no folder .*/missing"):
        open_checkpoint(f"hub:{tmp_path}/missing")
    with pytest.raises(ModelError, match=r"config.json cannot be read"):
        open_checkpoint(f"hub:{tmp_path}")
    (tmp_path / "config.json").write_text("[]")
    with pytest.raises(ModelError, match=r"config.json holds no settings"):
        open_checkpoint(f"hub:{tmp_path}")
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ModelError, match=r"config.json cannot be read"):
        open_checkpoint(f"hub:{tmp_path}")


def test_pickles_are_refused(clap_folder: Path, sentences_folder: Path, copy_of: Copy) -> None:
    folder = copy_of(clap_folder)
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    open_checkpoint(f"hub:{folder}")  # beside safetensors they are only not read
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match=r"holds only pickled weights \(pytorch_model.bin\); Segue reads safetensors"):
        open_checkpoint(f"hub:{folder}")
    (folder / "pytorch_model.bin").unlink()
    with pytest.raises(ModelError, match=r"holds no weights; .* name a revision that has them"):
        open_checkpoint(f"hub:{folder}")


def test_a_pickled_part_of_sentence_transformers_is_refused_too(sentences_folder: Path, copy_of: Copy) -> None:
    folder = copy_of(sentences_folder)
    (folder / "1_Pooling" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(ModelError, match=r"/1_Pooling of hub:.* holds only pickled weights"):
        open_checkpoint(f"hub:{folder}")


def test_code_of_a_checkpoint_is_never_run(sentences_folder: Path, copy_of: Copy) -> None:
    folder = copy_of(sentences_folder)
    listed = json.loads((folder / "modules.json").read_text())
    write(folder / "modules.json", [{**listed[0], "type": "custom_st.Transformer"}, *listed[1:]])
    with pytest.raises(ModelError, match=r"brings code of its own \(custom_st.Transformer\)"):
        open_checkpoint(f"hub:{folder}")
    write(folder / "modules.json", [{**listed[0], "path": "../elsewhere"}])
    with pytest.raises(ModelError, match="points outside of its folder"):
        open_checkpoint(f"hub:{folder}")
    write(folder / "modules.json", ["x"])
    with pytest.raises(ModelError, match=r"modules.json is damaged"):
        open_checkpoint(f"hub:{folder}")
