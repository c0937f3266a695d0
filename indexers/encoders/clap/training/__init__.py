"""How the towers learn.

`learn` goes from manifests to towers, `examples` puts sounds and texts side by side, `drawing` draws an epoch of them,
`loss` says how badly they fit, `loop` trains, `retrieval` tells how well held-out pairs are found.
"""
