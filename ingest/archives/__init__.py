"""Checksummed archives that a venue publishes: downloading many at once, and noticing that one was published again."""
