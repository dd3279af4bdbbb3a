"""A process that answers one query: JSON on standard input, JSON on standard output, and limits that the kernel keeps.

A function such as repeat() takes memory that DuckDB does not count and does not stop when it is interrupted, so a query
has a process of its own, which can be ended.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

import duckdb

from serving.database import opened
from serving.values import json_bytes, json_value

MEMORY_LIMIT = "256MB"  # of what DuckDB counts
ADDRESS_SPACE = 2 * 1024**3  # of the whole process: libraries, threads and what DuckDB does not count
MAX_BYTES = 1_000_000  # of an answer
REFUSED = "only SELECT, WITH, FROM, DESCRIBE, SHOW and SUMMARIZE are answered; the data is read-only"
NO_MEMORY = "the query needs more memory than it may have; select fewer rows or columns"


def main() -> None:
    """Answer the query on standard input: columns and rows, or an error in one line."""
    asked = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        answer = json_bytes(_answer(Path(asked["database"]), asked["query"], asked["limit"]))
        if len(answer) > MAX_BYTES:
            raise ValueError(f"the answer is larger than {MAX_BYTES:,} bytes; select fewer rows or columns")
    except (MemoryError, duckdb.OutOfMemoryException):
        answer = json_bytes({"error": NO_MEMORY})
    except (duckdb.Error, OSError, ValueError) as error:
        answer = json_bytes({"error": _one_line(str(error))})
    sys.stdout.buffer.write(answer)


def _answer(database: Path, query: str, limit: int) -> dict[str, Any]:
    with opened(database, MEMORY_LIMIT) as connection:
        statements = connection.extract_statements(query)
        if len(statements) != 1:
            raise ValueError(f"there are {len(statements)} statements in the query; send one at a time")
        if statements[0].type != duckdb.StatementType.SELECT:
            raise ValueError(REFUSED)
        relation = connection.sql(statements[0])
        rows = relation.limit(limit + 1).fetchall()
        return {
            "columns": [{"name": n, "type": str(t)} for n, t in zip(relation.columns, relation.types, strict=True)],
            "rows": [[json_value(value) for value in row] for row in rows[:limit]],
            "truncated": len(rows) > limit,
        }


def _one_line(message: str) -> str:
    """What DuckDB says up to the excerpt of the query, with its hints."""
    lines = message.split("\nLINE ", 1)[0].splitlines()
    return " ".join(line.strip() for line in lines if line.strip())


if __name__ == "__main__":
    main()
