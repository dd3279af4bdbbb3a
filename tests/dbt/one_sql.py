"""Which SQL the dbt project may contain: SQL that means the same on DuckDB and on Spark.

The project is compiled with each macro of macros/engine.sql replaced by one that renders a call of a function that does
not exist, such as `engine_total(x)`. What is left is the SQL that both engines get.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp, parse_one
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError
from sqlglot.parser import Parser
from sqlglot.tokens import Token, TokenType

ENGINE_CALL = "engine_"
RELATION = re.compile(r'"\w+"\."(\w+)"\."(\w+)"')  # as dbt-duckdb writes it


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# In DuckDB, Spark and Sail by these names and with the same meaning.
FUNCTIONS = _words(
    """abs avg cast coalesce count date_trunc extract floor greatest lag lead least length ln max min min_by nullif
    position replace row_number sqrt stddev_samp substring sum"""
)
TYPES = frozenset({"string", "double", "bigint", "integer", "boolean", "date", "timestamp"})
WORDS_BEFORE_BRACKET = _words(
    """all and as between by case distinct else except exists filter from having in intersect is join not on or over
    select then union using values when where window with"""
)

# Never null, so that it does not matter where an engine sorts nulls.
NEVER_NULL = _words(
    """asset counted_as day feed first_day happened_at hour_at ingested_at instrument is_match received_at reported_by
    segment settled_at snapshot_at source_rank venue window_ended_at"""
)

ENGINE = "of macros/engine.sql"
FUNCTIONS_OF_DUCKDB = {
    "arg_min": "min_by",
    "epoch": f"seconds_of {ENGINE}",
    "epoch_ms": f"moment_of_ms {ENGINE}",
    "unnest": f"each_of {ENGINE}",
    "generate_series": f"each_of {ENGINE}",
    "median": f"median_of {ENGINE}",
    "string_agg": f"sorted_list {ENGINE}",
    "last_value": f"last_known {ENGINE}",
    "datediff": f"day_number {ENGINE} or hours_between",
    "date_diff": f"day_number {ENGINE} or hours_between",
}
SYNTAX_OF_DUCKDB = {
    TokenType.DCOLON: "x::type: write cast(x as type)",
    TokenType.L_BRACKET: "brackets of a list: Spark writes lists in another way",
    TokenType.L_BRACE: "braces of a struct: Spark writes structs in another way",
}


def stubs(engine: str) -> str:
    """Macros by the names and parameters of those in `engine`, each rendering a call `engine_<name>(arguments)`."""
    made = []
    for name, parameters in re.findall(r"{% macro (\w+)\((.*?)\) -?%}", engine):
        if name.startswith("spark__"):
            continue  # in the place of one of dbt-spark's
        names = ", ".join(parameter.split("=")[0].strip() for parameter in parameters.split(",") if parameter)
        given = f"(([{names}] | reject('none') | list) + (varargs | list)) | join(', ')"
        made.append(f"{{% macro {name}({parameters}) -%}} {ENGINE_CALL}{name}({{{{ {given} }}}}) {{%- endmacro %}}")
    return "\n".join(made)


def differences(sql: str) -> list[str]:
    """The parts of this SQL that differ between the engines, each with what to write instead."""
    sql = RELATION.sub(r"\1.\2", sql)
    try:
        tokens = DuckDB().tokenize(sql)
        tree = parse_one(sql, read="spark")
    except SqlglotError as error:
        return [f"Spark does not read this: {error}"]
    return sorted({*_in_tokens(tokens), *_in_tree(tree)})


def _in_tokens(tokens: list[Token]) -> Iterator[str]:
    for before, token, following in zip(tokens, tokens[1:], tokens[2:], strict=False):
        word = token.text.lower()
        if token.token_type in SYNTAX_OF_DUCKDB:
            yield SYNTAX_OF_DUCKDB[token.token_type]
        elif token.token_type in Parser.TYPE_TOKENS and before.token_type == TokenType.ALIAS and word not in TYPES:
            yield f"type {word}: write one of {', '.join(sorted(TYPES))}"
        elif token.token_type == TokenType.IDENTIFIER:
            yield f"\"{token.text}\" is a text to Spark: write quoted('{token.text}')"
        elif following.token_type == TokenType.L_PAREN and re.fullmatch(r"[a-z]\w*", word):
            if word in FUNCTIONS_OF_DUCKDB:
                yield f"{word}: write {FUNCTIONS_OF_DUCKDB[word]}"
            elif word not in FUNCTIONS | WORDS_BEFORE_BRACKET and not word.startswith(ENGINE_CALL):
                yield f"{word}: not known to be the same function to both; see FUNCTIONS in tests/dbt/one_sql.py"


def _in_tree(tree: exp.Expression) -> Iterator[str]:
    for node in tree.walk():
        match node:
            case exp.Qualify():
                yield "qualify: number the rows in a subquery, filter outside of it"
            case exp.WindowSpec() if isinstance(node.args.get("start"), exp.Interval):
                yield "range between intervals: Sail is wrong about it; order by day_number() and count in days"
            case exp.Literal() if not node.is_string and "." in node.name and "e" not in node.name.lower():
                if not _cast_to(node, "double"):
                    yield f"{node.name} is a decimal: write {node.name.rstrip('0').rstrip('.')}e0"
            case exp.TimestampTrunc() | exp.DateTrunc() if not _cast_to(node, "timestamp"):
                yield "date_trunc: Spark returns a time zone with it; write start_of_hour of macros/calendar.sql"
            case exp.Ordered() if node.args.get("nulls_first") and not _never_null(node.this):
                yield f"order by {node.this.sql()}: write nulls last, Spark sorts nulls first"
            case _:
                pass


def _cast_to(node: exp.Expression, name: str) -> bool:
    parent = node.parent
    return isinstance(parent, exp.Cast) and parent.to.sql("spark").lower() == name


def _never_null(term: exp.Expression) -> bool:
    """Whether a term of `order by` is a column that is never null, or made of such columns and numbers alone."""
    if isinstance(term, exp.Case):
        return term.args.get("default") is not None and all(b.args["true"].is_number for b in term.args["ifs"])
    if isinstance(term, exp.Min | exp.Anonymous | exp.Cast):
        return all(column.name in NEVER_NULL for column in term.find_all(exp.Column))
    return isinstance(term, exp.Column) and term.name in NEVER_NULL
