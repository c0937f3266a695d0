"""The query API over a library: parse, retrieve, fuse, rerank, filter and explain.

Also the configuration and the command line.
"""
