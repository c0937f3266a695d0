"""Pairs of audio and text to learn one space of words and sound from.

The data path of pairs that are made: `plan` chooses scores, `tunes` tells which of them are the same tune, `unit` plays
one (`playing`), renders it (`render`) and tells it (`telling`), `make` does so in several processes and resumes,
`splits` says on which side a tune is, `manifest` keeps the pairs. Pairs written by hand enter at `manifest`; `checks`
refuses what must not be learnt from.
"""
