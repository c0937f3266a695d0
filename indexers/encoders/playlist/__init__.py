"""Playlists become vectors here.

Tracks are words and playlists sentences: every encoder starts from track vectors (`item2vec`) and reads a playlist as
the ordered rows of its vocabulary.
"""
