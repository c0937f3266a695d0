"""The parts that pages are made of: covers, bars, players, result cards and the tray."""
