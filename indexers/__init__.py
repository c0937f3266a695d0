"""From files to searchable embeddings.

The words all rooms share, the catalogue and ledger, media decoding, encoders, vector indexes and the batch rebuild.
Imports no other room.
"""
