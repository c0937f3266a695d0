"""How well one ranking finds what was held out: one metric a file, each from a ranking and the relevant rows."""
