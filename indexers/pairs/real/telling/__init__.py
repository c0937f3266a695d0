"""From what was heard and measured in real audio to words: every wording says nothing but facts."""
