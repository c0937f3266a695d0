"""What can be measured in sound without a network: tempo, key, loudness, and where a track changes."""
