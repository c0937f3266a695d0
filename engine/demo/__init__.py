"""A library to try: scores of the music21 corpus, played by a soundfont, then scanned, indexed and searched."""
