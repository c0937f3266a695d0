"""Playlists: reading every common format (`formats`) and finding the tracks they mean (`matching`)."""
