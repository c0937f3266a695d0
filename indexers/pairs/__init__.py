"""Pairs of audio and text to learn one space of words and sound from.

The data path of pairs that are made: `plan` chooses scores, `tunes` tells which of them are the same tune, `unit` plays
one (`playing`), renders it (`render`) and tells it (`telling`), `make` does so in several processes and resumes. `real`
tells real audio, `texts` pairs texts alone; `sources` names what both are made of. `splits` says on which side a tune
is, `collect` writes what all of them made as one manifest, `manifest` keeps the pairs. Pairs written by hand enter at
`manifest`; `checks` refuses what must not be learnt from.
"""
