"""`clap`: texts and sounds in one space, learnt on frozen encoders.

The data path: `sounds` lets the frozen encoders hear clips once and makes of that what the audio tower takes; `texts`
reads texts, and the order that they tell of; `network` has the two towers, `training` trains them, `storage` keeps
them, `encoder` is what a library uses.
"""

CLAP = "clap:"  # and the folder of towers that `segue train clap` made: the name of a joint encoder
