"""The engine "ray": a plan is cut into shards, actors hear them and keep what was heard, the rebuild goes on from it.

Ray takes care of machines: an actor that dies is started again, and the shard that it had is run again. The process
pool within each actor takes care of files: one that breaks or outlasts its process fails alone, for the same reason as
on one machine. What a shard gave is named by its content and written in one step, so that a shard done twice hurts
nothing. Ray and fsspec are imported in this folder alone, and only once they are needed.
"""
