"""The parts of a generation: vector spaces, duplicate groups, the map, thresholds, and the checks of them all."""
