"""What all trainings share: how far they are, checkpoints, devices, and cards of what was learnt."""
