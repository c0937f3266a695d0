"""Texts alone: files in which several texts say the same become pairs of the kind "text".

The data path: `sources` names files, `reading` reads each of them into groups of texts, `make` joins groups that share
a text, puts each on one side of the split and makes a pair of it.
"""
