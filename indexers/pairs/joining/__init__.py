"""Pairs about order: two named sounds after one another, both ways round, and both at once.

Each couple of sounds gives three clips of ten seconds and their captions. The captions of its other clips are false of
a clip, though all three tell of the same two sounds.

Source: the compositions of S. Ghosh et al., "CompA: Addressing the gap in compositional reasoning in audio-language
models" (2024), section 4; here the sounds are recordings with a name, and notes of one instrument.
"""
