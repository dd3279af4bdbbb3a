"""The JSON Schemas of the published tables are valid, and say of a column what its field says."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator, ValidationError

from regimes import load_parameters
from tables.json_schema import row_schema
from tables.published import PUBLISHED, table

NUMBERS = load_parameters().numbers


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_schema_of_every_table_is_valid_and_has_its_columns(name: str) -> None:
    schema = row_schema(table(name), NUMBERS)
    Draft202012Validator.check_schema(schema)
    assert tuple(schema["properties"]) == table(name).columns
    assert all(column["description"].endswith(".") for column in schema["properties"].values())


def row(**changes: object) -> dict[str, object]:
    blank = dict.fromkeys(table("exchange_flows_daily").columns)
    return {**blank, "asset": "BTC", "day": "2026-02-01", **changes}


def refuse(**changes: object) -> None:
    Draft202012Validator(row_schema(table("exchange_flows_daily"), NUMBERS)).validate(row(**changes))


def test_any_column_may_be_null_but_those_of_the_key() -> None:
    refuse()
    with pytest.raises(ValidationError, match="None is not of type 'string'"):
        refuse(asset=None)


def test_a_value_of_another_type_and_a_column_that_the_table_lacks_are_refused() -> None:
    refuse(netflow_coin=-12.5)
    with pytest.raises(ValidationError, match="'many' is not of type 'number', 'null'"):
        refuse(netflow_coin="many")
    with pytest.raises(ValidationError, match="'mood' was unexpected"):
        refuse(mood="calm")


def test_the_unit_of_a_column_is_beside_its_description() -> None:
    assert row_schema(table("exchange_flows_daily"), NUMBERS)["properties"]["netflow_usd"]["unit"] == "USD"
