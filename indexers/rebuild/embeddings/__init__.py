"""The embedding cache, and its way into matrices in the order of the tracks."""
