"""What Supabase answers, as far as Vigie needs it; the shapes are those of the Management API's published schema."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0, le=2**53)]
Time = Annotated[int, Meta(ge=0, le=2**33)]


class Project(Struct):
    """`GET /v1/projects/{ref}`."""

    status: str
    name: str = ""


class ServiceHealth(Struct):
    """One entry of `GET /v1/projects/{ref}/health`."""

    name: str
    status: str


class Logs(Struct):
    """`GET /v1/projects/{ref}/analytics/endpoints/logs`; a refused question has status 200 and an `error`."""

    result: list[Any] | None = None
    error: Any = None


class Attempts(Struct):
    """A row of `queries.minutes`."""

    minute: Time
    path: str
    grant_type: str
    status: Count
    code: str
    attempts: Count


class Gathered(Struct):
    """A row of `queries.failures`: one account or address, which it does not name."""

    failures: Count
    accounts: Count
    entered: Count
