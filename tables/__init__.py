"""Every column and every published table, said once: names, types, units, sentences, keys.

The bottom package: every other package may import it, and it imports none of them.
"""

from tables.field import DEVIATIONS, Field, FieldError, Kind
from tables.fields import FIELDS, field
from tables.table import Column, Table

__all__ = ["DEVIATIONS", "FIELDS", "Column", "Field", "FieldError", "Kind", "Table", "field"]
