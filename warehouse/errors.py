"""Errors of a warehouse. Each is one line for a person, with what to do."""

from __future__ import annotations


class WarehouseError(Exception):
    """Something is wrong with the warehouse."""


class WarehouseLocked(WarehouseError):
    """Another pipeline is writing to this warehouse."""


class BuildDamaged(WarehouseError):
    """The build database is damaged. It has been moved aside, and the next run makes it anew."""


class WrongMarket(WarehouseError):
    """The warehouse belongs to another market. Rows of two markets are never mixed."""


class NotPublished(WarehouseError):
    """Nothing has been published in this warehouse yet."""


class UnknownDay(WarehouseError):
    """The day or the asset is not in the published release."""
