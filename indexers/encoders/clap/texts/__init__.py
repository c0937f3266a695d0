"""What the text tower takes: `clauses` finds the order that a text tells of, `reading` makes vectors of texts."""
