"""What can go wrong with a warehouse, as typed errors that read as one line."""

from __future__ import annotations


class WarehouseError(Exception):
    """Something about the warehouse that a person has to read."""


class WarehouseLocked(WarehouseError):
    """Another pipeline is writing to this warehouse."""


class WrongMarket(WarehouseError):
    """The warehouse belongs to another market, and rows of two markets never meet."""


class NotPublished(WarehouseError):
    """Nothing has been published here yet."""


class UnknownDay(WarehouseError):
    """A day outside of what is published."""
