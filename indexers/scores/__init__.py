"""Scores as plain notes, from music21's corpus and from MIDI files.

The data path: `places` says where scores lie (corpus, folders, archives), `music21_reader` and `midi_reader` turn one
into `notes`, `key` estimates what key it is in, `melody` which other scores are the same tune.
"""
