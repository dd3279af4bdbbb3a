"""Rows of a published table in the form that the caller works with, and what their columns mean."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Frame:
    """Rows with the types of the data dictionary: texts, floats, integers, booleans, days, moments in UTC.

    A number that is not known is null, in pandas NaN.
    """

    table: str
    rows: pl.DataFrame

    def polars(self) -> pl.DataFrame:
        """A Polars frame."""
        return self.rows

    def arrow(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """An Arrow table."""
        return self.rows.to_arrow()

    def pandas(self) -> Any:  # noqa: ANN401 - pandas is the caller's
        """A pandas frame. Raises ImportError with what to do when pandas is not installed."""
        import_pandas()
        return self.rows.to_pandas()

    @property
    def units(self) -> dict[str, str]:
        """The unit of each column that has one."""
        from tables import FIELDS

        return {name: FIELDS[name].unit for name in self.rows.columns if name in FIELDS and FIELDS[name].unit}

    def __len__(self) -> int:
        return self.rows.height


def import_pandas() -> Any:  # noqa: ANN401
    """The module pandas. Raises ImportError with what to do when it is not installed."""
    try:
        return import_module("pandas")  # not among the project's own dependencies
    except ImportError as error:
        raise ImportError("pandas is not installed; run: pip install pandas") from error
