"""How whole tracks and long texts are learnt.

`learn` goes from a manifest to what is kept, `stories` puts tracks and texts side by side, `medleys` composes more of
them, `views` draws what a step sees, `loop` trains.
"""
