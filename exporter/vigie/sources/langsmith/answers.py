"""
What LangSmith answers, as far as it is read, and as what it counts: one kind of run, whichever version said it.

Inputs, outputs and error texts are never asked for. Facts: the types of the `langsmith` package, 0.15.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import Struct, field

from vigie.core.values import UNKNOWN, label

SUCCESS, ERROR, PENDING = "success", "error", "pending"
_STATES = {state: state for state in (SUCCESS, ERROR, PENDING)}
_ROOT_KINDS = {"PROJECT", "AGENT"}


class Run(NamedTuple):
    """
    A run, as it is counted; equal tuples count the same.

    Attributes:
        start: Unix time.
        end: Unix time, or None while it runs.
        state: `success`, `error`, `pending`, or `unknown` for a word that the documentation does not have.
        is_root: Whether it is the root of its trace: one request to the product.
        is_llm: Whether it is one call of a model.
        tokens: Prompt and completion together; it may be known while the two are not.
        cost: Estimated dollars; 0 until LangSmith has worked it out.
    """

    id: str
    project_id: str
    start: float
    end: float | None
    state: str
    is_root: bool
    is_llm: bool
    model: str
    prompt: float
    completion: float
    tokens: float
    cost: float

    @property
    def is_final(self) -> bool:
        """Whether it has ended, so that it counts."""
        return self.end is not None and self.state != PENDING


class Metadata(Struct):
    """What LangChain and the SDK's wrappers note about a call."""

    ls_model_name: Any = None


class Invocation(Struct):
    """How a model was called, as older SDKs note it."""

    model: Any = None
    model_name: Any = None


class Extra(Struct):
    """Where v1 keeps both."""

    metadata: Metadata | None = None
    invocation_params: Invocation | None = None


class _Answered(Struct):
    """What both versions of the API say of a run in the same words; v1 writes costs as strings."""

    id: str
    start_time: datetime
    end_time: datetime | None = None
    trace_id: str | None = None
    run_type: str | None = None
    status: str | None = None
    prompt_tokens: float | None = None
    completion_tokens: float | None = None
    total_tokens: float | None = None
    total_cost: float | str | None = None

    def _run(self, project_id: str, models: tuple[object, ...]) -> Run:
        return Run(
            id=self.id,
            project_id=project_id,
            start=_unix(self.start_time),
            end=None if self.end_time is None else _unix(self.end_time),
            state=_STATES.get((self.status or "").lower(), UNKNOWN),
            is_root=self.trace_id == self.id,
            is_llm=(self.run_type or "").lower() == "llm",
            model=next((_name(model) for model in models if isinstance(model, str) and _name(model)), UNKNOWN),
            prompt=number(self.prompt_tokens),
            completion=number(self.completion_tokens),
            tokens=number(self.total_tokens),
            cost=number(self.total_cost),
        )


class RunV2(_Answered):
    """A run of `POST /api/v2/runs/query`."""

    project_id: str = ""
    metadata: Metadata | None = None

    def read(self) -> Run:
        """As it is counted."""
        return self._run(self.project_id, (self.metadata.ls_model_name,) if self.metadata else ())


class RunV1(_Answered):
    """A run of `POST /api/v1/runs/query`."""

    session_id: str = ""
    extra: Extra | None = None

    def read(self) -> Run:
        """As it is counted."""
        metadata = (self.extra and self.extra.metadata) or Metadata()
        called = (self.extra and self.extra.invocation_params) or Invocation()
        return self._run(self.session_id, (metadata.ls_model_name, called.model, called.model_name))


class RunsV2(Struct):
    """A page of runs."""

    items: list[RunV2]
    next_cursor: str | None = None


class Cursors(Struct):
    """Where the next page of v1 begins."""

    next: str | None = None


class RunsV1(Struct):
    """A page of runs."""

    runs: list[RunV1]
    cursors: Cursors | None = None


class Project(Struct):
    """A tracing project, which the API calls a session, with statistics where they were asked for."""

    id: str
    name: str = ""
    kind: str | None = field(default=None, name="type")
    reference_dataset_id: str | None = None
    last_run_start_time: str | None = None
    run_count: float | None = None
    error_rate: float | None = None
    latency_p50: float | None = None
    latency_p99: float | None = None
    total_tokens: float | None = None
    total_cost: float | str | None = None

    @property
    def is_experiment(self) -> bool:
        """Whether it holds the runs of an evaluation, which are no traffic."""
        return self.reference_dataset_id is not None or (self.kind or "PROJECT") not in _ROOT_KINDS


class ProjectsV2(Struct):
    """A page of projects."""

    items: list[Project]
    next_cursor: str | None = None


class Flags(Struct):
    """What a deployment can answer run queries from."""

    sdb_query_enabled: bool = False


class Info(Struct):
    """`GET /api/v1/info`: what is deployed. It is open to everyone, so it proves nothing about a key."""

    version: str | None = None
    instance_flags: Flags | None = None

    @property
    def has_v2(self) -> bool:
        """Whether v2 must be there; ClickHouse alone may or may not have it."""
        return self.instance_flags is not None and self.instance_flags.sdb_query_enabled


class UsageLimits(Struct):
    """`GET /api/v1/workspaces/current/usage_limits`."""

    in_reject_set: bool
    usage_limit_type: str | None = None


def number(value: float | str | None) -> float:
    """An amount; what is missing, negative or no number is 0."""
    try:
        amount = float(value or 0.0)
    except ValueError:
        return 0.0
    return amount if math.isfinite(amount) and amount > 0 else 0.0


@lru_cache(maxsize=1024)
def _name(model: str) -> str:
    """A few names come again and again."""
    return label(model)


def _unix(moment: datetime) -> float:
    """v1 writes times in UTC without saying so."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
