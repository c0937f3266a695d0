"""From a performance to words: facts are read off its notes, and every wording says nothing but facts.

The data path: `facts` reads a span of a performance, `loudness` its dynamics; `vocabulary` and `phrases` word single
facts; `exact` tells them all, `rewrites` some of them in other ways, `story` a long track section by section.
"""
