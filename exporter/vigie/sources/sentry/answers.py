"""What Sentry answers, as far as it is read (getsentry/sentry-api-schema); what may be missing has a default."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

QUANTITY = "sum(quantity)"

Number = Annotated[float, Meta(ge=0, le=1e15)]
"""A count, a share or a duration; what is beyond was not measured."""


class Project(Struct):
    """A project of the organization."""

    id: str
    slug: str


class Key(Struct):
    """What a group is about; `project` is the numeric id."""

    project: int | str
    outcome: str | None = None
    category: str | None = None


class Group(Struct):
    """One row of a table; a rate without anything to divide by is null."""

    by: Key
    totals: dict[str, Number | None]


class Statistics(Struct):
    """Answer of `stats_v2`, and of `sessions` without series."""

    start: str
    end: str
    groups: list[Group]


class Span(Struct):
    """From when to when the server's statistics go: all that is read to learn its clock."""

    start: str
    end: str


class Transactions(Struct):
    """The transactions of one project in the window; names are the fields exactly as asked for."""

    project: str
    count: Number | None = field(default=None, name="count(span.duration)")
    p50: Number | None = field(default=None, name="p50(span.duration)")
    p95: Number | None = field(default=None, name="p95(span.duration)")
    p99: Number | None = field(default=None, name="p99(span.duration)")
    failures: Number | None = field(default=None, name="failure_rate()")
    server_errors: Number | None = field(default=None, name="http_response_rate(5)")


class About(Struct):
    """What a table says of its columns."""

    units: dict[str, str | None] = {}


class Table(Struct):
    """Answer of `events` for the dataset `spans`."""

    data: list[Transactions]
    meta: About = field(default_factory=About)


class Issue(Struct):
    """An issue; only that it is one matters."""

    id: str
