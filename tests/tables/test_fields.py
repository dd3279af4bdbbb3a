"""A field has one kind, one unit and one sentence; what would say it twice or not at all is refused."""

import pytest

from ingest.feeds import LANDED
from ingest.schema import column_of
from regimes import load_parameters
from tables import FIELDS, FieldError, field
from tables.field import declare, text
from tables.fields import by_name
from tables.published import PUBLISHED
from tables.table import Table


def test_the_suffix_says_kind_and_unit():
    made = declare("profit_usd", "What was earned.")
    assert (made.kind, made.unit, made.sql_type) == ("number", "USD", "DOUBLE")


@pytest.mark.parametrize("name", ["profit", "usd_profit"])
def test_a_name_without_a_unit_has_to_state_it(name):
    with pytest.raises(FieldError, match="no suffix that says its unit"):
        declare(name, "What was earned.")


@pytest.mark.parametrize("sentence", ["", "What was earned"])
def test_a_field_without_a_sentence_is_refused(sentence):
    with pytest.raises(FieldError, match="needs a sentence"):
        declare("profit_usd", sentence)


def test_a_name_has_one_unit_and_one_type():
    with pytest.raises(FieldError, match="profit_usd is declared twice"):
        by_name((declare("profit_usd", "What was earned."), declare("profit_usd", "In cents.", unit="cents")))


def test_a_sentence_is_said_once():
    with pytest.raises(FieldError, match="gain_usd and profit_usd have the same sentence"):
        by_name((declare("gain_usd", "What was earned."), declare("profit_usd", "What was earned.")))


def test_a_table_has_only_known_fields_each_once():
    with pytest.raises(FieldError, match="no field is named profit"):
        Table("t", "A table.", ("asset",), ("asset", "profit"))
    with pytest.raises(FieldError, match="lists a column twice"):
        Table("t", "A table.", ("asset",), ("asset", "asset"))
    with pytest.raises(FieldError, match="has no column day"):
        Table("t", "A table.", ("day",), ("asset",))


def test_a_field_that_is_not_declared_is_named():
    with pytest.raises(FieldError, match="no field is named no_such_field"):
        field("no_such_field")


def test_every_published_column_has_a_sentence_with_the_numbers_of_the_rules():
    numbers = load_parameters().numbers
    for table in PUBLISHED.values():
        for column in table:
            comment = column.comment(numbers)
            assert comment
            assert "{" not in comment, f"{table.name}.{column.name}"


def test_a_note_adds_to_the_sentence_and_a_unit_follows():
    table = Table("t", "A table.", ("asset",), ("asset", "close_usd"), notes={"close_usd": "Median of the venues."})
    assert [column.comment({}) for column in table] == [
        "Base asset, for example BTC.",
        "Last trade of the day, or of the hour. Median of the venues. [USD]",
    ]


def test_text_fields_list_what_may_occur():
    assert text("side", "Which side.", allowed=("long", "short")).allowed == ("long", "short")


def test_published_and_landed_names_do_not_disagree_on_a_unit():
    """A landed column that means something else than the field of its name points to another field."""
    for feed in LANDED:
        for name, column in feed.schema.columns.items():
            if name in FIELDS:
                assert column_of(column).field.kind == FIELDS[name].kind, f"{feed.name}.{name}"
