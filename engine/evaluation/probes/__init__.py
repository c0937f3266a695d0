"""What playlist vectors know: probes by logistic regression, and neighbours that share genre or length.

`labels` gives playlists a genre from tags, `tasks` builds the questions, `classifier` answers them from frozen vectors,
`neighbours` asks who is near whom, `intervals` says how sure a figure is, `run` puts all encoders beside chance,
`findings` weighs the published claims against the figures and `table` writes them down.

Source: Papreja, Venkateswara, Panchanathan 2019, "Representation, Exploration and Recommendation of Music Playlists";
the form of the probes: Conneau, Kruszewski, Lample, Barrault, Baroni 2018, "What you can cram into a single vector".
"""
