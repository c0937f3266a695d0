"""What the audio tower takes: `listening` lets the frozen encoders hear spans once, `frames` puts that side by side."""
