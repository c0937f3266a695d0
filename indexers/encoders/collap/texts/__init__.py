"""What is read: `sentences` splits texts, `sections` tells which sentences are about which stretch of a track."""
