"""Recommenders: each scores every known track as the continuation of a playlist, from one kind of evidence."""
