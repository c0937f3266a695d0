"""How well recommenders find what listeners also play: a table of listens, some of each listener's held out.

The table is divided twice: `split` holds items out for the report, and others out of what is left to choose settings
with. `arms` are the recommenders and the settings tried, `blending` weighs them together, `run` does all of it and
`report` writes it down.
"""
