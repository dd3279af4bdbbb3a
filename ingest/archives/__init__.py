"""Checksummed archives that a venue publishes: downloading many at once, reading them, and noticing new versions."""
