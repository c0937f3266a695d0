"""What the taggers hear in clips, as words whose part in a caption is known."""
