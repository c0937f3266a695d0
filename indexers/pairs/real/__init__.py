"""Pairs of real audio: what is heard, measured and known of it, told in words, and filtered.

The data path: `sources` names collections, `recordings` lists their files with labels (`labels`), tags and sides of
the split; `takes` lets each clip be measured (`measuring`) and heard (`hearing`), once; `telling` words what is sure
enough; `sift` drops captions that fit no better than by chance; `make` runs it all.
"""
