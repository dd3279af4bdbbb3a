"""Every field by name, from the modules of this folder, one for each subject."""

from tables.field import Field, FieldError
from tables.fields import (
    flows,
    funding,
    identity,
    labels,
    landed,
    liquidations,
    market,
    open_interest,
    operations,
    positioning,
    prices,
)


def by_name(fields: tuple[Field, ...]) -> dict[str, Field]:
    """The fields by their names. Raises FieldError when two have one name, or two say the same sentence."""
    named: dict[str, Field] = {}
    said: dict[str, str] = {}
    for one in fields:
        if one.name in named:
            raise FieldError(f"field {one.name} is declared twice")
        if one.text in said:
            raise FieldError(f"fields {said[one.text]} and {one.name} have the same sentence; say how they differ")
        named[one.name] = one
        said[one.text] = one.name
    return named


FIELDS: dict[str, Field] = by_name(
    (
        *identity.FIELDS,
        *prices.FIELDS,
        *liquidations.FIELDS,
        *open_interest.FIELDS,
        *funding.FIELDS,
        *flows.FIELDS,
        *labels.FIELDS,
        *market.FIELDS,
        *operations.FIELDS,
        *positioning.FIELDS,
        *landed.FIELDS,
    )
)


def field(name: str) -> Field:
    """The field of that name. Raises FieldError when there is none."""
    try:
        return FIELDS[name]
    except KeyError:
        raise FieldError(f"no field is named {name}; declare it in tables/fields/") from None
