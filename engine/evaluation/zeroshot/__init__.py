"""How often the right one of some labels comes first, with nothing learnt about these labels; and captions the same."""
