"""Offline evaluation: what was held out is asked for again, measured, compared and reported."""
