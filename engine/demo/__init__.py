"""A library to try: scores of the music21 corpus, played by a soundfont, then scanned, indexed and searched.

The data path: `sources` says what there is, `plan` chooses pieces, `arrange` gives them to instruments, `render` makes
a tagged file, `music` fills a folder in several processes, `run` does it all. Scores are read by `indexers.scores` and
sounded by `indexers.synth`.
"""
