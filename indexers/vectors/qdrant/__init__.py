"""Qdrant, in this process (`edge`) or as a server by URL (`server`): graphs beside the catalogue's fields.

`points` is what both kinds of index share, `edge` and `server` are the kinds. `view` lets several processes look at one
published shard; `connection` and `collections` are how a server is spoken to and kept tidy; `payload` and `filters` are
the catalogue's fields beside the vectors.
"""
