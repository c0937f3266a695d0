"""Views of stories: windows, texts and orders, each still true."""

from itertools import pairwise

import numpy as np
import torch

from indexers.encoders.collap.listening import Track
from indexers.encoders.collap.texts.sections import sections_told
from indexers.encoders.collap.texts.sentences import split_sentences
from indexers.encoders.collap.training.medleys import FEWEST, MOST, compose, compose_pair, draw_medleys, grouped
from indexers.encoders.collap.training.stories import Story, Text
from indexers.encoders.collap.training.views import draw_epoch, draw_view, rows_of, spread
from indexers.pairs.manifest import Pair


def always(settings, **shares):
    return settings.model_copy(update=shares)


def test_windows_are_spread_evenly():
    starts_s = 3.0 * np.arange(20, dtype=np.float32)
    times_s = np.stack([starts_s, starts_s + 3], axis=1)
    assert spread(times_s, (0.0, 60.0), 4).tolist() == [2, 7, 12, 17]
    assert spread(times_s, (30.0, 42.0), 2).tolist() == [10, 12]  # the earlier of equals
    assert spread(times_s, (0.0, 60.0), 90).tolist() == list(range(20))
    assert len(spread(times_s, (31.0, 31.5), 5)) == 1
    drawn = {tuple(spread(times_s, (0.0, 60.0), 4, np.random.default_rng(seed))) for seed in range(9)}
    assert len(drawn) > 3
    assert all(5 * part <= row < 5 * part + 6 for rows in drawn for part, row in enumerate(rows))


def test_a_whole_caption_keeps_its_order_and_its_sections(make_stories, quick):
    stories = make_stories(9, 5)
    rng = np.random.default_rng(1)
    for story in stories.stories:
        view = draw_view(story, stories.vectors, always(quick, whole=1.0, dropped=0.6), rng)
        rows = [int(np.flatnonzero((stories.vectors == vector).all(axis=1))[0]) for vector in view.sentences]
        numbers = iter(story.caption.timed.tolist())
        assert all(row in numbers for row in rows)  # a part of the caption, in its order
        section_of = {row: place // 2 for place, row in enumerate(story.caption.timed.tolist())}
        times = [int(np.flatnonzero((story.track.clips == clip).all(axis=1))[0]) // 4 for clip in view.clips]
        for about, row in zip(view.about, rows, strict=True):
            assert [times[clip] for clip in np.flatnonzero(about)] == [
                time for time in times if time == section_of[row]
            ]


def test_of_a_long_caption_some_sentences_are_read_in_their_order(make_stories, quick):
    stories = make_stories(6, 5)
    settings = always(quick, whole=1.0, dropped=0.0, most_sentences=3)
    for story in stories.stories:
        view = draw_view(story, stories.vectors, settings, np.random.default_rng(1))
        rows = [int(np.flatnonzero((stories.vectors == vector).all(axis=1))[0]) for vector in view.sentences]
        numbers = iter(story.caption.timed.tolist())
        assert len(rows) == 3
        assert all(row in numbers for row in rows)


def test_sections_are_seen_alone_or_within_the_track(make_stories, quick):
    stories = make_stories(9, 6)
    for crop, n_sections in ((1.0, 1), (0.0, None)):
        settings = always(quick, whole=0.0, summary=0.0, crop=crop)
        for story in stories.stories:
            view = draw_view(story, stories.vectors, settings, np.random.default_rng(2))
            seen = {int(np.flatnonzero((story.track.clips == clip).all(axis=1))[0]) // 4 for clip in view.clips}
            assert len(view.sentences) == 2
            assert len(seen) == (n_sections or story.told.shape[1])
            assert view.about.all() == (crop == 1.0)


def test_another_order_moves_whole_sections(make_stories, quick):
    stories = make_stories(12, 7)
    for story in stories.stories:
        view = draw_view(story, stories.vectors, always(quick, whole=1.0), np.random.default_rng(3))
        where = [int(np.flatnonzero((story.track.clips == clip).all(axis=1))[0]) // 4 for clip in view.clips]
        moved = [where[row] for row in view.moved]
        assert sorted(view.moved.tolist()) == list(range(len(where)))
        assert moved != where
        assert sum(one != other for one, other in pairwise(moved)) == len(set(where)) - 1


def test_sentences_of_clocks_alone_are_left_out_without_clocks():
    text = Text(np.array([5, 6, 7]), np.array([8, 9]), np.array([0, 2]))
    assert [part.tolist() for part in rows_of(text, untimed=False)] == [[5, 6, 7], [0, 1, 2]]
    assert [part.tolist() for part in rows_of(text, untimed=True)] == [[8, 9], [0, 2]]
    only = np.array([False, True, False])
    assert [part.tolist() for part in rows_of(text, only, untimed=True)] == [[6], [1]]  # as it is: nothing else is left


def test_an_epoch_has_every_track_once_and_the_same_when_drawn_again(make_stories, quick):
    stories = make_stories(30, 8, n_clips=50)
    batches = list(draw_epoch(stories, quick, 4))
    again = list(draw_epoch(stories, quick, 4))
    assert 30 + 50 // MOST <= sum(len(batch.audio.vectors) for batch in batches) <= 30 + quick.medleys
    for one, other in zip(batches, again, strict=True):
        assert torch.equal(one.audio.vectors, other.audio.vectors)
        assert torch.equal(one.text.vectors, other.text.vectors)
    other = next(draw_epoch(stories, quick, 5))
    assert other.audio.vectors.shape != batches[0].audio.vectors.shape or not torch.equal(
        other.audio.vectors, batches[0].audio.vectors
    )


def test_each_clip_is_in_one_medley_beside_others_of_its_tune():
    clips = [f"{tune}{number}" for tune in "abcdefgh" for number in range(3)]
    chosen = grouped(clips, lambda clip: clip[0], 99, np.random.default_rng(0))
    used = [clip for own in chosen for clip in own]
    assert len(used) == len(set(used)) > len(clips) - FEWEST
    assert all(FEWEST <= len(own) <= MOST for own in chosen)
    assert sum(len({clip[0] for clip in own}) for own in chosen) <= 8 + 2 * len(chosen)
    assert len(grouped(clips, lambda clip: clip[0], 2, np.random.default_rng(0))) == 2
    assert grouped(clips[:2], lambda clip: clip[0], 9, np.random.default_rng(0)) == []


def test_a_medley_tells_of_its_clips_in_order(make_stories):
    clips = make_stories(0, 9, n_clips=4).clips
    medley = compose(clips, np.random.default_rng(1))
    assert medley.caption.timed.tolist() == [row for clip in clips for row in clip.caption.timed.tolist()]
    np.testing.assert_array_equal(medley.track.clips, np.concatenate([clip.track.clips for clip in clips]))
    for number, (start_s, end_s) in enumerate(medley.spans_s.tolist()):
        middles = medley.track.times_s[4 * number : 4 * number + 4].mean(axis=1)
        assert ((middles > start_s) & (middles < end_s)).all()
        assert np.flatnonzero(medley.told[:, number]).tolist() == [2 * number, 2 * number + 1]
        assert 12.0 - 1e-3 <= end_s - start_s <= 60.0 + 1e-3
    assert medley.track.duration_s == medley.spans_s[-1, 1]
    assert len(draw_medleys(clips, 9, np.random.default_rng(0))) == 1


def test_the_words_of_a_medley_say_when(tmp_path):
    clips = [
        (Pair(tmp_path / f"{name}.ogg", f"A {name} plays. It is loud.", "test", rewrites=(f"loud {name}",)), track)
        for name, track in (("flute", short(10.0)), ("tuba", short(8.0)), ("harp", short(9.0)))
    ]
    pair, track = compose_pair(clips, np.random.default_rng(2))
    sentences = split_sentences(pair.text)
    spans = [(one["start_s"], one["end_s"]) for one in pair.facts["sections"]]
    told = sections_told(sentences, spans)
    assert [np.flatnonzero(column).tolist() for column in told.T] == [[0, 1], [2, 3], [4]]
    assert pair.kind == "long"
    assert pair.rewrites == ("loud flute. loud tuba. loud harp.",)
    assert spans[-1][1] == round(track.duration_s, 3)
    assert len(track.clips) == 6


def short(duration_s):
    times_s = np.array([[0, 3], [duration_s - 3, duration_s]], dtype=np.float32)
    return Track(np.eye(2, dtype=np.float32), times_s, duration_s)


def test_stories_without_sections_are_seen_whole(make_stories, quick):
    story = make_stories(1, 3).stories[0]
    bare = Story(story.track, "", story.caption, (), story.told[:, :0], story.spans_s[:0])
    view = draw_view(bare, make_stories(1, 3).vectors, always(quick, whole=0.0, dropped=0.0), np.random.default_rng(0))
    assert len(view.sentences) == len(story.caption.timed)
    assert view.moved is None
