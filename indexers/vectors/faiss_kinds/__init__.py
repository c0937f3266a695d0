"""Kinds of index that FAISS searches: Flat, HNSW, and inverted files of whole, rounded and product-coded vectors."""
