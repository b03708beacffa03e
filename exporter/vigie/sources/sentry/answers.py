"""
What Sentry answers, as far as it is read (getsentry/sentry-api-schema).

An answer holds what was asked for; a default has only what not every question asks for.
"""

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
    """What became of which events of a project, which is named by its numeric id."""

    project: int | str
    outcome: str
    category: str


class Quantity(Struct):
    """How many events there were."""

    quantity: Number = field(name=QUANTITY)


class Group(Struct):
    """One row of `stats_v2`."""

    by: Key
    totals: Quantity


class Statistics(Struct):
    """Answer of `stats_v2`."""

    start: str
    end: str
    groups: list[Group]


class Health(Struct):
    """Release health; a rate without anything to divide by is null."""

    sessions: Number | None = field(name="sum(session)")
    crash_free_sessions: Number | None = field(name="crash_free_rate(session)")
    crash_free_users: Number | None = field(name="crash_free_rate(user)")


class Of(Struct):
    """Which project a row is about, by its numeric id."""

    project: int | str


class SessionsGroup(Struct):
    """One row of `sessions`."""

    by: Of
    totals: Health


class Sessions(Struct):
    """Answer of `sessions` without series."""

    groups: list[SessionsGroup]


class Span(Struct):
    """From when to when the server's statistics go: all that is read to learn its clock."""

    start: str
    end: str


class Transactions(Struct):
    """The transactions of one project in the window; names are the fields exactly as asked for."""

    project: str
    count: Number | None = field(name="count(span.duration)")
    p50: Number | None = field(name="p50(span.duration)")
    p95: Number | None = field(name="p95(span.duration)")
    p99: Number | None = field(name="p99(span.duration)")
    failures: Number | None = field(name="failure_rate()")
    server_errors: Number | None = field(name="http_response_rate(5)")


class Units(Struct):
    """Units of the columns that are durations; without rows there may be none."""

    p50: str | None = field(default=None, name="p50(span.duration)")
    p95: str | None = field(default=None, name="p95(span.duration)")
    p99: str | None = field(default=None, name="p99(span.duration)")


class About(Struct):
    """What a table says of its columns."""

    units: Units


class Table(Struct):
    """Answer of `events` for the dataset `spans`."""

    data: list[Transactions]
    meta: About


class Issue(Struct):
    """An issue; only that it is one matters."""

    id: str
