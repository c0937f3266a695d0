"""Small random checkpoints, saved by the libraries that load them. Imported by tests only."""

import json
from pathlib import Path
from typing import Any

from indexers.encoders.exam import PARAPHRASES, SENTENCES

SAMPLE_RATE_HZ, WINDOW_S = 16_000, 2
BANDS, DIM, LIMIT = 16, 24, 24  # mel bands, dims of the joint space, tokens that the text tower reads
SAID = ("heavy metal guitar", "ünïcode 音楽 🎵", "a deep tone", "a high whistle", "noise . ? !", "music with")
APART = 50.0  # times the usual size of word embeddings: then random towers tell texts apart


def tokenizer() -> Any:
    """Whole words of the doctor's sentences, and of a few more."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    marks = ["<s>", "<pad>", "</s>", "<unk>"]
    said = " ".join([*SENTENCES, *(text for pair in PARAPHRASES for text in pair), *SAID])
    vocabulary = {word: row for row, word in enumerate([*marks, *sorted(set(said.lower().split()))])}
    unknown = marks[-1]
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=unknown))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    words: Any = PreTrainedTokenizerFast
    names = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    return words(tokenizer_object=made, model_max_length=LIMIT, **names)


def save_clap(
    folder: Path, *, collapsed: bool = False, truncation: str = "rand_trunc", padding: str = "repeatpad"
) -> Path:
    """Save a CLAP of 23,000 random weights, with windows of two seconds at 16 kHz.

    Args:
        folder: Where to.
        collapsed: Whether its text tower is to give all texts nearly one vector, as any untrained one does.
        truncation: "rand_trunc", or "fusion" for a tower with feature fusion.
        padding: How it takes short sounds: "repeatpad", "repeat" or "pad".
    """
    import transformers
    from transformers import ClapFeatureExtractor

    words = tokenizer()
    model = _clap(len(words), fused=truncation == "fusion")
    if not collapsed:
        _spread(model, words)
    extractor = ClapFeatureExtractor(
        feature_size=BANDS, sampling_rate=SAMPLE_RATE_HZ, max_length_s=WINDOW_S, frequency_max=7000,
        truncation=truncation, padding=padding,
    )  # fmt: skip
    _save(model, folder)
    processor: Any = transformers.ClapProcessor
    processor(extractor, words).save_pretrained(folder)
    return folder


def _clap(n_words: int, *, fused: bool) -> Any:
    import torch
    from transformers import ClapConfig, ClapModel

    torch.manual_seed(5)
    text = {
        "vocab_size": n_words, "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 32, "max_position_embeddings": LIMIT + 10,
    }  # fmt: skip
    audio: dict[str, Any] = {
        "num_mel_bins": BANDS, "spec_size": 64, "window_size": 2, "depths": [1, 1], "num_attention_heads": [2, 2],
        "patch_embeds_hidden_size": 8, "hidden_size": 16, "num_hidden_layers": 2,
    }  # fmt: skip
    if fused:
        audio |= {"enable_fusion": True, "fusion_type": "aff_2d", "aff_block_r": 2}
    model: Any = ClapModel(ClapConfig(text_config=text, audio_config=audio, projection_dim=DIM))
    return model.eval()


def _spread(model: Any, words: Any) -> None:
    """Let words count for more than places do, and take off what the vectors of all sentences have in common."""
    import torch

    tokens = words(list(SENTENCES), padding=True, return_tensors="pt")
    given = {"input_ids": tokens["input_ids"], "attention_mask": tokens["attention_mask"]}
    with torch.no_grad():
        tower = getattr(model, "text_model", model)
        tower.embeddings.word_embeddings.weight.mul_(APART)
        tower.embeddings.position_embeddings.weight.zero_()
        if tower is model:
            rows, bias = model(**given).last_hidden_state.mean(dim=1), model.encoder.layer[-1].output.LayerNorm.bias
        else:
            rows = model.text_projection(tower(**given).pooler_output)
            bias = model.text_projection.linear2.bias
        bias.sub_(rows.mean(dim=0))


def save_sentences(folder: Path) -> Path:
    """Save a sentence-transformers checkpoint: a random BERT, the mean of its tokens, and its normalisation."""
    import torch
    from transformers import BertConfig, BertModel

    words = tokenizer()
    torch.manual_seed(6)
    model = BertModel(
        BertConfig(
            vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
            max_position_embeddings=LIMIT + 10, pad_token_id=1,
        )
    )  # fmt: skip
    _spread(model, words)
    _save(model, folder)
    words.save_pretrained(folder)
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    listed = [
        {"idx": row, "name": str(row), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for row, (path, kind) in enumerate(modules)
    ]
    for path, _ in modules[1:]:
        (folder / path).mkdir()
    pooling = {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True}
    write(folder / "modules.json", listed)
    write(folder / "1_Pooling" / "config.json", pooling)
    write(folder / "sentence_bert_config.json", {"max_seq_length": LIMIT, "do_lower_case": False})
    return folder


def _save(model: Any, folder: Path) -> None:
    from indexers.encoders.hub.loading import quiet

    with quiet():
        model.save_pretrained(folder)


def write(path: Path, value: object) -> None:
    """Write JSON."""
    path.write_text(json.dumps(value), encoding="utf-8")
