"""The pages: search, map, ledger, generations, and what an empty library shows instead."""
