"""How alike two rankings of one query are, with nothing said of which is better: one measure a file."""
