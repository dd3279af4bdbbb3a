"""Checksummed archives that a venue publishes: downloading many at once, reading them, noticing new versions of them."""
