"""What a table is: its name, its key, and the fields that it has. What a column means is in `tables.fields`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tables.field import Field, FieldError
from tables.fields import field as field_named

EMPTY: Mapping[str, str] = {}


@dataclass(frozen=True)
class Column:
    """A field in a table, with the note that only this table needs."""

    field: Field
    note: str = ""

    @property
    def name(self) -> str:
        return self.field.name

    def description(self, numbers: dict[str, object]) -> str:
        """The field's sentence and the note."""
        return " ".join(part for part in (self.field.sentence(numbers), self.note.format_map(numbers)) if part)

    def comment(self, numbers: dict[str, object]) -> str:
        """The description and the unit, as a database shows them."""
        unit = self.field.unit
        return f"{self.description(numbers)} [{unit}]" if unit else self.description(numbers)


@dataclass(frozen=True)
class Table:
    """A table: `columns` are field names in order, `key` those that identify a row.

    `notes` adds to a field's sentence what is special about the column here.
    Raises FieldError for a name that is no field, a column listed twice, or a key or note of another column.
    """

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    notes: Mapping[str, str] = field(default_factory=lambda: EMPTY)

    def __post_init__(self) -> None:
        for name in self.columns:
            field_named(name)
        if len(set(self.columns)) != len(self.columns):
            raise FieldError(f"table {self.name} lists a column twice")
        if unknown := (set(self.key) | set(self.notes)) - set(self.columns):
            raise FieldError(f"table {self.name} has no column {', '.join(sorted(unknown))}")

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the columns, in order."""
        return tuple(field_named(name) for name in self.columns)

    def __iter__(self) -> Iterator[Column]:
        return (Column(field_named(name), self.notes.get(name, "")) for name in self.columns)

    @property
    def grain(self) -> str:
        """What one row is."""
        return f"Grain: one row per ({', '.join(self.key)})."
