"""From a score to a performance: who plays, which bars, how fast, how loud, in what order; every choice from one rng.

The data path: `passage` cuts bars out of a score, `tempo` chooses how fast, `arrange` gives them to players of the
`palette` (with `harmony` and `beats` where the tune is bare), `entries` says who comes in when, `shape` how loud it is,
`perform` makes seconds and velocities of it; `clip` does all that once, `long_form` section by section; `midi` writes
the performance down.
"""
