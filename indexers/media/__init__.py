"""Files to sound: what a file holds (`probe`), which spans are analysed (`windows`), and their samples (`decode`)."""
