"""dbt-spark on a session that is already open.

Reason: dbt-spark's session method asks for Hive support and sets its parameters anew with every statement. A session of
Spark Connect has neither, and one in this process would make a Derby database in the current directory.

Private part: `Cursor` of `dbt.adapters.spark.session`. Checked with dbt-spark 1.11.0, pyspark 3.5.6, 4.1.3 and 4.3.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa


@contextmanager
def session_of_dbt(session: Any) -> Iterator[None]:  # noqa: ANN401 - pyspark may be absent
    """Let dbt run its statements on `session` during the block."""
    from dbt.adapters.spark.session import Cursor
    from dbt_common.exceptions import DbtRuntimeError
    from pyspark.errors import PySparkException

    def execute(cursor: Any, sql: str, *parameters: Any) -> None:  # noqa: ANN401
        try:
            cursor._df = session.sql(sql % parameters if parameters else sql)
        except PySparkException as error:
            raise DbtRuntimeError(str(error)) from error

    own = Cursor.execute
    Cursor.execute = execute
    try:
        yield
    finally:
        Cursor.execute = own


def result_of(session: Any, query: str) -> pa.Table:  # noqa: ANN401 - pyspark may be absent
    """The rows of a query."""
    found = session.sql(query)
    if hasattr(found, "toArrow"):
        return found.toArrow()
    # Spark 3.5 has this under a private name, and no batch for no row.
    from pyspark.sql.pandas.types import to_arrow_schema

    return pa.Table.from_batches(found._collect_as_arrow(), schema=to_arrow_schema(found.schema))
