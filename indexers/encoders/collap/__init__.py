"""`collap`: whole tracks and long texts in one space, learnt on the vectors of trained towers of clap.

The data path: `listening` makes clip vectors of whole tracks, each window heard once, into a cache; `texts` splits
texts into sentences; `network` lets clips, and sentences, see one another and where they stand; `training` trains it,
`storage` keeps what was learnt, `encoder` is what a library uses, computed by `forward` in numpy.
"""

COLLAP = "collap:"  # and the folder that `segue train collap` made: the name of a joint encoder
