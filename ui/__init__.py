"""The Streamlit pages: what a listener sees.

No search logic; everything is asked of the engine.
"""
