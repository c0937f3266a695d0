"""Where pretrained weights come from and where they are kept.

A card says what a model is, whose it is and what its files must hash to; the store fetches, verifies, converts once
and hands out folders of safetensors and ONNX. Nothing is ever unpickled.
"""
