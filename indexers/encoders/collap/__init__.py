"""`collap`: whole tracks and long texts in one space, learnt on the vectors of trained towers of clap.

The data path: `listening` makes clip vectors of whole tracks, each window heard once, into a cache; `sentences` splits
texts, `sections` tells which sentences are about which stretch of a track; `stories` puts both side by side; `network`
lets clips, and sentences, see one another and where they stand; `views` draws what a training sees of tracks and texts,
`training` trains, `storage` keeps what was learnt, `encoder` is what a library uses, computed by `forward` in numpy.
"""

COLLAP = "collap:"  # and the folder that `segue train collap` made: the name of a joint encoder
