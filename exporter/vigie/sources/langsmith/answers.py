"""
What LangSmith answers, as far as it is read, and as what it counts: one kind of run, whichever version said it.

Inputs and outputs are never asked for, and of an error's text only whether it says that the caller went away. An answer
holds what was selected, null where it is not known yet; so what is counted is required, and null has the meaning that
is written beside it. Facts: the types of the `langsmith` package, 0.15.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import Raw, Struct, field

from vigie.core.values import UNKNOWN, label

SUCCESS, ERROR, PENDING, STOPPED = "success", "error", "pending", "stopped"
_STATES = {state: state for state in (SUCCESS, ERROR, PENDING)}
_GONE = re.compile(r"(asyncio\.(exceptions\.)?)?(GeneratorExit|CancelledError|KeyboardInterrupt|AbortError)\b")
"""How the error begins of a run whose caller went away: what Python and JavaScript raise then, as the SDKs note it."""
_ROOT_KINDS = {"PROJECT", "AGENT"}


class Run(NamedTuple):
    """
    A run, as it is counted; equal tuples count the same.

    Attributes:
        start: Unix time.
        end: Unix time, or None while it runs.
        state: `success`, `error`, `stopped` by the caller, `pending`, or `unknown` for a word that the documentation
            does not have.
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
    """What LangChain and the SDK's wrappers note about a call; others note nothing, and the model is unknown."""

    ls_model_name: Any = None


class Invocation(Struct):
    """How a model was called, as only older SDKs note it."""

    model: Any = None
    model_name: Any = None


class Extra(Struct):
    """Where v1 keeps both."""

    metadata: Metadata | None = None
    invocation_params: Invocation | None = None


class _Answered(Struct, kw_only=True):
    """What both versions of the API say of a run in the same words; v1 writes costs as strings."""

    id: str
    start_time: datetime
    end_time: datetime | None
    """Null while it runs."""
    trace_id: str
    run_type: str
    status: str
    prompt_tokens: float | None
    """Null where the caller did not note how many; so the others."""
    completion_tokens: float | None
    total_tokens: float | None
    total_cost: float | str | None
    """Null until LangSmith has worked it out, and for ever where it knows no price of the model."""

    def __post_init__(self) -> None:
        """What has ended has an end."""
        if self.end_time is None and self.status.lower() in {SUCCESS, ERROR}:
            raise ValueError(f"`end_time` is null, and `status` is {self.status.lower()}")

    def _run(self, project_id: str, models: tuple[object, ...], error: str | None) -> Run:
        state = _STATES.get(self.status.lower(), UNKNOWN)
        return Run(
            id=self.id,
            project_id=project_id,
            start=_unix(self.start_time),
            end=None if self.end_time is None else _unix(self.end_time),
            state=STOPPED if state == ERROR and _GONE.match(error or "") else state,
            is_root=self.trace_id == self.id,
            is_llm=self.run_type.lower() == "llm",
            model=next((_name(model) for model in models if isinstance(model, str) and _name(model)), UNKNOWN),
            prompt=number(self.prompt_tokens),
            completion=number(self.completion_tokens),
            tokens=number(self.total_tokens),
            cost=number(self.total_cost),
        )


class RunV2(_Answered, kw_only=True):
    """A run of `POST /api/v2/runs/query`."""

    project_id: str
    metadata: Metadata | None
    error_preview: str | None
    """Null where nothing went wrong."""

    def read(self) -> Run:
        """As it is counted."""
        models = (self.metadata.ls_model_name,) if self.metadata else ()
        return self._run(self.project_id, models, self.error_preview)


class RunV1(_Answered, kw_only=True):
    """A run of `POST /api/v1/runs/query`."""

    session_id: str
    extra: Extra | None
    error: str | None
    """Null where nothing went wrong."""

    def read(self) -> Run:
        """As it is counted."""
        metadata = (self.extra and self.extra.metadata) or Metadata()
        called = (self.extra and self.extra.invocation_params) or Invocation()
        return self._run(self.session_id, (metadata.ls_model_name, called.model, called.model_name), self.error)


class RunsV2(Struct):
    """A page of runs."""

    items: list[Raw]
    next_cursor: str | None


class Cursors(Struct):
    """Where the next page of v1 begins."""

    next: str | None


class RunsV1(Struct):
    """A page of runs."""

    runs: list[Raw]
    cursors: Cursors


class Project(Struct, kw_only=True):
    """A tracing project, which the API calls a session."""

    id: str
    name: str
    kind: str | None = field(default=None, name="type")
    """v1 does not say; both versions are asked to leave experiments out anyway."""
    reference_dataset_id: str | None = None
    """Only experiments have one."""
    last_run_start_time: str | None
    """Null where nothing ever ran."""

    @property
    def is_experiment(self) -> bool:
        """Whether it holds the runs of an evaluation, which are no traffic."""
        return self.reference_dataset_id is not None or (self.kind or "PROJECT") not in _ROOT_KINDS


class Statistics(Project, kw_only=True):
    """A project with its statistics; null where there was nothing to take them from."""

    run_count: float
    error_rate: float | None
    latency_p50: float | None
    latency_p99: float | None
    total_tokens: float | None
    total_cost: float | str | None

    @property
    def tokens(self) -> float | None:
        """Tokens of all runs; None where it is not known."""
        return self._sum(self.total_tokens)

    @property
    def cost(self) -> float | None:
        """Dollars; None where it is not known."""
        return self._sum(self.total_cost)

    def _sum(self, said: float | str | None) -> float | None:
        return None if said is None and self.run_count else number(said)


Listed = TypeVar("Listed", Project, Statistics)


class ProjectsV2(Struct, Generic[Listed]):
    """A page of projects."""

    items: list[Listed]
    next_cursor: str | None


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
    usage_limit_type: str | None
    """Null while none is reached."""


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
