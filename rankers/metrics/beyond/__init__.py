"""What accuracy does not show of a whole run: how much of the catalogue it uses, how evenly, how boldly, how varied."""
