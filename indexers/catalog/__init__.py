"""What the library holds and what became of every file.

A scan walks folders (`walk`), examines what is new or changed (`examine`, `tags`), joins a side file (`sidecar`),
reads playlists (`playlists`), and writes the tables: `ledger.parquet`, one row per file seen, and `catalog/*.parquet`,
one row per track (`tables`). Identity is a hash of the sound: a moved or re-tagged file stays the same track.
"""
