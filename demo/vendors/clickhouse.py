"""
A little of ClickHouse's SQL, run by SQLite: what Supabase's log queries are made of.

The text of the question is what is run: functions that SQLite lacks are given to it, and what the vendor refuses is
refused. Times are Unix seconds inside and written as the vendor writes them when they are a column of the answer.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_ATTRIBUTE = re.compile(r"log_attributes\['([^']*)'\]")
_IF = re.compile(r"\bif\(", re.IGNORECASE)
_ILIKE = re.compile(r"\bilike\b", re.IGNORECASE)
_REFUSED = re.compile(r";|\bcount\(\s*\*\s*\)|\bselect\s+\*", re.IGNORECASE)
_COLUMNS = ("id", "timestamp", "event_message", "severity_text")


class QueryError(Exception):
    """The question was not taken; the message is the vendor's."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a log."""

    id: str
    timestamp: float
    source: str
    attributes: Mapping[str, str]
    message: str = ""
    severity: str = "INFO"


def query(sql: str, rows: Sequence[Row], column: str = "source") -> list[dict[str, Any]]:
    """
    Answer a question about the table `logs`.

    Args:
        sql: The question.
        rows: The lines of the time that is asked for.
        column: What the column of the service is called.

    Raises:
        QueryError: It is no single `select`, or names what is not there.
    """
    if _REFUSED.search(sql) or not sql.lstrip().lower().startswith(("select", "with")):
        raise QueryError("Only SELECT queries with named columns allowed")
    keys = {key: f"a{number}" for number, key in enumerate(sorted({key for row in rows for key in row.attributes}))}
    statement = _ATTRIBUTE.sub(lambda match: keys.get(match[1], "''"), sql)
    statement = _ILIKE.sub("regexp", _IF.sub("iif(", statement))
    with sqlite3.connect(":memory:") as database:
        _teach(database)
        _fill(database, rows, keys, column)
        try:
            cursor = database.execute(statement)
            names = [name for name, *_ in cursor.description]
            found = [dict(zip(names, values, strict=True)) for values in cursor]
        except sqlite3.Error as error:
            raise QueryError(f"Backend error! Retry your query. {error}") from None
    database.close()
    return [{name: _date(value) if name == "timestamp" else value for name, value in row.items()} for row in found]


def _fill(database: sqlite3.Connection, rows: Iterable[Row], keys: Mapping[str, str], column: str) -> None:
    columns = (*_COLUMNS, column, *keys.values())
    database.execute(f"create table logs ({', '.join(columns)})")
    marks = ", ".join("?" * len(columns))
    database.executemany(
        f"insert into logs values ({marks})",  # noqa: S608 - as many marks as columns
        (
            (
                row.id,
                row.timestamp,
                row.message,
                row.severity,
                row.source,
                *(row.attributes.get(key, "") for key in keys),
            )
            for row in rows
        ),
    )


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0


def _multi_if(*arguments: Any) -> Any:
    branches = zip(arguments[::2], arguments[1::2], strict=False)
    return next((value for condition, value in branches if condition), arguments[-1])


def _ilike(pattern: str, text: str) -> bool:
    parts = (re.escape(part) for part in pattern.split("%"))
    return re.fullmatch(".*".join(parts), text, re.IGNORECASE | re.DOTALL) is not None


def _element(array: str, number: int) -> Any:
    values = json.loads(array)
    return values[number - 1] if 0 < number <= len(values) else 0


FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "toInt32OrZero": (1, _number),
    "toStartOfMinute": (1, lambda time: math.floor(time / 60) * 60),
    "toStartOfHour": (1, lambda time: math.floor(time / 3600) * 3600),
    "toUnixTimestamp": (1, int),
    "multiIf": (-1, _multi_if),
    "regexp": (2, _ilike),
    "arraySort": (1, lambda array: json.dumps(sorted(json.loads(array)))),
    "arrayElement": (2, _element),
}


@dataclass
class _Aggregate:
    """Values for which the condition, the last argument where there is one, holds."""

    values: list[Any] = field(default_factory=list)

    def step(self, value: Any, condition: Any = True) -> None:  # noqa: FBT002 - SQLite gives it by position
        if condition:
            self.values.append(value)


class _Unique(_Aggregate):
    def finalize(self) -> int:
        return len(set(self.values))


class _Array(_Aggregate):
    def finalize(self) -> str:
        return json.dumps(list(set(self.values)))


class _Most(_Aggregate):
    def finalize(self) -> Any:
        return max(self.values, default=0)


class _Count:
    """`countIf`."""

    def __init__(self) -> None:
        self.count = 0

    def step(self, condition: Any) -> None:
        self.count += bool(condition)

    def finalize(self) -> int:
        return self.count


AGGREGATES: Mapping[str, tuple[int, Any]] = {
    "uniqExact": (1, _Unique),
    "uniqExactIf": (2, _Unique),
    "groupUniqArrayIf": (2, _Array),
    "maxIf": (2, _Most),
    "countIf": (1, _Count),
}


def _teach(database: sqlite3.Connection) -> None:
    database.execute("pragma case_sensitive_like = on")
    for name, (arguments, function) in FUNCTIONS.items():
        database.create_function(name, arguments, function, deterministic=True)
    for name, (arguments, aggregate) in AGGREGATES.items():
        database.create_aggregate(name, arguments, aggregate)
