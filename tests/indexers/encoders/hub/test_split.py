import numpy as np
import pytest

from indexers.encoders.hub.split import encode_whole, pieces_of


def words_at_most(limit):
    return lambda text: len(text.split()) <= limit


def test_a_text_that_fits_is_one_piece() -> None:
    assert pieces_of("  Slow piano. Rain. ", words_at_most(3)) == ["Slow piano. Rain."]


def test_a_long_text_is_split_between_sentences_into_few_pieces() -> None:
    text = "Slow piano. Rain on a roof! Is it 3.5 minutes long? Yes; very."
    assert pieces_of(text, words_at_most(6)) == ["Slow piano. Rain on a roof!", "Is it 3.5 minutes long? Yes;", "very."]


def test_a_long_sentence_is_split_between_words_and_a_long_word_between_letters() -> None:
    assert pieces_of("one two three four five", words_at_most(2)) == ["one two", "three four", "five"]
    assert pieces_of("abcdefgh", lambda text: len(text) <= 3) == ["ab", "cd", "ef", "gh"]
    assert pieces_of("静かなピアノ。雨の音。", lambda text: len(text) <= 7) == ["静かなピアノ。", "雨の音。"]


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_nothing_is_left_out(limit: int) -> None:
    text = "A man tells a long, long story:\nabout the sea... and (at last) about \U0001f3b5 home! " * 3
    pieces = pieces_of(text, words_at_most(limit))
    assert all(words_at_most(limit)(piece) for piece in pieces)
    assert " ".join(pieces).split() == text.split()


def test_even_what_never_fits_comes_to_an_end() -> None:
    assert pieces_of("ab c", lambda _: False) == ["a", "b", "c"]


def test_a_texts_vector_is_the_unit_mean_of_its_pieces() -> None:
    axes = {"a": [1, 0, 0], "b": [0, 1, 0], "c": [0, 0, 1]}

    def run(pieces):
        return np.array([axes[piece] for piece in pieces], dtype=np.float32).reshape(-1, 3)

    found = encode_whole(["a b", "", "c", " \n"], str.split, run)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(found, [[half, half, 0], [0, 0, 0], [0, 0, 1], [0, 0, 0]], atol=1e-6)
    assert found.dtype == np.float32
    assert encode_whole([], str.split, run).shape == (0, 3)
