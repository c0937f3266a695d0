"""From candidates to an order: fusion of arms, diversity, duplicate groups and ranking metrics.

Imports only the shared words of `indexers`.
"""
