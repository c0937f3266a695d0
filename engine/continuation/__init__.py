"""Playlists continued: from a playlist in any form to seeds, from seeds to tracks, each with its reason."""
