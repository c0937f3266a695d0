"""`clap`: texts and sounds in one space, learnt on frozen encoders.

The data path: `listening` lets the frozen encoders hear pairs of audio and text, once, into a cache; `frames` makes of
that what the audio tower takes; `examples` puts frames and texts side by side; `network` has the two towers, `loss`
what pulls fitting pairs together; `training` trains them, `storage` keeps them, `encoder` is what a library uses.
"""

CLAP = "clap:"  # and the folder of towers that `segue train clap` made: the name of a joint encoder
