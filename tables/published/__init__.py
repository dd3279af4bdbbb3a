"""Every published table by name, those that dbt builds and those that Python writes."""

from tables.field import FieldError
from tables.published import hourly, hourly_marts, market, marts, operations, regimes
from tables.table import Table

DBT_MARTS: dict[str, Table] = {table.name: table for table in (*marts.TABLES, *hourly_marts.TABLES)}
PUBLISHED: dict[str, Table] = {
    table.name: table
    for table in (*DBT_MARTS.values(), *regimes.TABLES, *market.TABLES, *hourly.TABLES, *operations.TABLES)
}


def table(name: str) -> Table:
    """The published table of that name. Raises FieldError when there is none."""
    try:
        return PUBLISHED[name]
    except KeyError:
        raise FieldError(f"no published table is named {name}; tables: {', '.join(sorted(PUBLISHED))}") from None
