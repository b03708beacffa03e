"""
What a reading is: one query, and the families that its columns fill.

A column that has a family's name holds its value; the columns that the family's labels name hold the labels.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from vigie.core.families import Families, Family
from vigie.errors import Reason, SourceError

Rows = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Reading:
    """
    One query and what its columns mean.

    Attributes:
        what: What it reads, for messages.
        families: Names of value columns; a null is no sample.
        sql: One SELECT; `{activity}` and `{replication}` stand for what `vigie.sources.postgres.lent` says.
        remedy: What the user can do when it is not allowed or not there.
        pieces: The same for each family alone, for a server that refuses one of them.
    """

    what: str
    families: tuple[Family, ...]
    sql: str
    remedy: str = ""
    pieces: tuple[Reading, ...] = ()

    @classmethod
    def of_columns(cls, what: str, columns: Mapping[Family, str], rest: str = "", labels: str = "") -> Reading:
        """
        A reading whose columns can be read apart.

        Args:
            what: What it reads.
            columns: The expression of each family.
            rest: What follows the columns of the SELECT.
            labels: The columns of labels, as they stand in the SELECT.
        """

        def select(chosen: Mapping[Family, str]) -> str:
            listed = [f"{expression} as {family.name}" for family, expression in chosen.items()]
            return f"select {', '.join([labels, *listed] if labels else listed)} {rest}"

        pieces = [cls(f"{family.name}", (family,), select({family: columns[family]})) for family in columns]
        return cls(what, tuple(columns), select(columns), pieces=tuple(pieces))


def fill(reading: Reading, rows: Rows, families: Families) -> None:
    """
    Add the samples in `rows`.

    Raises:
        SourceError: A column is missing or holds something else than it should.
    """
    samples = [_sample(reading, family, row) for family in reading.families for row in rows]
    for family in reading.families:
        families.declare(family)
    for family, value, labels in samples:
        if value is not None:
            families.add(family, value, *labels)


def _sample(reading: Reading, family: Family, row: Mapping[str, object]) -> tuple[Family, float | None, list[str]]:
    try:
        return family, _number(row[family.name]), [_label(row[label]) for label in family.labels]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise SourceError(Reason.BAD_PAYLOAD, f"{reading.what}: unexpected row for {family.name}") from None


def _number(value: object) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float | Decimal):
        raise TypeError(value)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _label(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):  # psycopg decodes nothing where the database's encoding is SQL_ASCII
        return value.decode(errors="replace")
    if not isinstance(value, str | int):
        raise TypeError(value)
    return str(value)
