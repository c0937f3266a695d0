import numpy as np
import pytest
import torch

from indexers.encoders.clap.network import AudioTower, TextHead, Towers, places_of
from indexers.encoders.clap.sounds.frames import HEARS, N_FEATURES, N_FRAMES, N_TAGS, frames_of
from indexers.encoders.clap.texts.reading import READ_DIM, TEXT_DIM
from indexers.models.cards import CARDS


def test_frames_are_unit_embeddings_and_log_odds_side_by_side():
    heard = {
        name: {output: np.full((2, CARDS[name].outputs[output]), 0.25, dtype=np.float32) for output in outputs}
        for name, outputs in HEARS.items()
    }
    frames = frames_of(heard)
    assert frames.shape == (2, N_FEATURES)
    np.testing.assert_allclose(frames[0, :200], 1 / np.sqrt(200), rtol=1e-5)
    np.testing.assert_allclose(frames[0, 400 : 400 + 1024], 1 / np.sqrt(1024), rtol=1e-5)
    np.testing.assert_allclose(frames[0, 1424:], np.log(1 / 3), rtol=1e-5)


@pytest.fixture
def tower(quick):
    torch.manual_seed(1)
    return AudioTower(quick).eval()


def test_frames_that_are_not_there_are_not_heard(tower):
    frames = torch.randn(3, N_FRAMES, N_FEATURES)
    there = torch.tensor([[True, True, False, False]] * 3)
    other = frames.clone()
    other[:, 2:] = 9.0
    with torch.no_grad():
        torch.testing.assert_close(tower(frames, there), tower(other, there))
        torch.testing.assert_close(tower(frames, there), tower(frames[:, :2], there[:, :2]))
        assert torch.allclose(tower(frames, there).norm(dim=1), torch.ones(3))


def test_the_tower_hears_which_frame_came_first(tower):
    frames = torch.randn(1, 2, N_FEATURES)
    there = torch.ones(1, 2, dtype=torch.bool)
    with torch.no_grad():
        assert not torch.allclose(tower(frames, there), tower(frames.flip(1), there), atol=1e-3)


def test_frames_have_places_from_first_to_last():
    there = torch.tensor([[1, 1, 1, 1], [0, 1, 1, 1], [0, 1, 0, 0], [1, 1, 0, 0]], dtype=torch.bool)
    expected = torch.tensor([[-1, -1 / 3, 1 / 3, 1], [0, -1, 0, 1], [0, 0, 0, 0], [-1, 1, 0, 0]])
    torch.testing.assert_close(places_of(there), expected)


@pytest.fixture
def named(quick, classes):
    torch.manual_seed(2)
    towers = Towers(quick.model_copy(update={"content": TEXT_DIM, "order": 128}))
    towers.name_tags(torch.from_numpy(classes))
    return towers.eval()


def test_towers_start_by_calling_a_sound_by_the_words_of_its_tag(named, classes):
    frames = torch.zeros(1, 1, N_FEATURES)
    frames[0, 0, -N_TAGS + 7] = 30.0
    read = torch.zeros(N_TAGS, READ_DIM)
    read[:, :TEXT_DIM] = torch.from_numpy(classes)
    with torch.no_grad():
        cosines = named.text(read) @ named.audio(frames, torch.ones(1, 1, dtype=torch.bool))[0]
    assert int(cosines.argmax()) == 7
    assert float(cosines[7]) > 0.9


def test_towers_start_by_hearing_order_as_texts_tell_it(named, classes):
    frames = torch.zeros(1, 4, N_FEATURES)
    frames[0, :2, -N_TAGS + 7] = frames[0, 2:, -N_TAGS + 9] = 30.0
    read = torch.zeros(2, READ_DIM)
    read[:, :TEXT_DIM] = torch.from_numpy((classes[7] + classes[9]) / 2)
    read[0, TEXT_DIM:] = torch.from_numpy((classes[9] - classes[7]) / 2)
    read[1, TEXT_DIM:] = -read[0, TEXT_DIM:]
    there = torch.ones(1, 4, dtype=torch.bool)
    with torch.no_grad():
        right, wrong = (named.text(read) @ named.audio(frames, there)[0]).tolist()
        assert right - wrong > 0.2
        turned = named.text(read) @ named.audio(frames.flip(1), there)[0]
        assert turned.tolist() == pytest.approx([wrong, right], abs=1e-5)


def test_a_text_without_order_has_none(quick):
    head = TextHead(quick).eval()
    read = torch.randn(3, READ_DIM)
    read[:, TEXT_DIM:] = 0
    with torch.no_grad():
        assert not head(read)[:, quick.content :].any()


def test_some_clips_are_known_by_their_tags_alone_while_learning(quick, classes):
    towers = Towers(quick.model_copy(update={"dropout": 0.0, "tags_alone": 0.5}))
    towers.name_tags(torch.from_numpy(classes))
    torch.nn.init.normal_(towers.audio.say.weight)
    frames, there = torch.randn(1, 2, N_FEATURES).repeat(400, 1, 1), torch.ones(400, 2, dtype=torch.bool)
    with torch.no_grad():
        heard = towers.train().audio(frames, there)
        whole = towers.eval().audio(frames, there)
        towers.audio.say.weight.zero_()
        alone = towers.audio(frames, there)
    by_tags = (heard - alone).abs().max(dim=1).values < 1e-5
    assert float(by_tags.float().mean()) == pytest.approx(0.5, abs=0.1)
    torch.testing.assert_close(heard[~by_tags], whole[~by_tags])
