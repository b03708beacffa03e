"""What a product that is well is like at a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from tests.months.rhythm import DAY, MINUTE, Chance, busy

BOUNDS = ("0.1", "0.25", "0.5", "1.0", "2.0", "5.0", "10.0", "+Inf")
"""Seconds within which requests are answered."""
SPEED = (0.5, 0.9, 0.99, 0.998, 0.9995, 1.0, 1.0, 1.0)
"""Share of the requests that each bound holds."""
MODEL_BOUNDS = ("1.0", "2.0", "5.0", "10.0", "15.0", "+Inf")
MODEL_SPEED = (0.35, 0.75, 0.96, 0.995, 0.999, 1.0)
SOURCES = (
    "celery",
    "langsmith",
    "postgres",
    "railway",
    "redis",
    "sentry",
    "statuspages",
    "stripe",
    "supabase",
    "uptime",
)
JOBS = ("app", "blackbox", "node", "vigie")
WORKERS = ("w1", "w2")
PAGES = ("api", "login")
MONTH_ENDS = 16 * DAY
"""When the tokens of a month are counted anew."""
MONTH_OF_TOKENS = 0.75
"""Share of the token budget that a month uses."""


@dataclass(slots=True)
class State:
    """
    One product at one moment; numbers of events are those since the moment before.

    Attributes:
        at: Seconds since the month began.
        seconds: Since the moment before.
        speed: Share of the requests that is answered within each of `BOUNDS`; `model_speed` the same of models.
        queues: Jobs that wait.
        workers: The workers that answer; `listening` those that send events.
        guesses: Refused sign-ins with a password; `recent` those of the last ten minutes.
        usual: Refused sign-ins of ten minutes that are usual.
        tokens: Share of the budget of the month that is used.
        memory: Share in use, as `cpu` and `disk`; `process_cpu` and `process_memory` of the application itself.
        certificate: Days that it still holds.
        outages: Vendors to the state of their worst part.
        stale: Sources to seconds since they were read, where that is not as usual.
        unscraped: Jobs whose scrape failed, so that their series end.
        restarted: Jobs whose counters begin anew.
        paused: Whether Prometheus took no sample at all.
    """

    at: float
    seconds: float
    requests: float = 0
    failed: float = 0
    refused: float = 0
    speed: tuple[float, ...] = SPEED
    done: float = 0
    broken: float = 0
    queues: dict[str, float] = field(default_factory=lambda: {"emails": 2, "reports": 0})
    workers: set[str] = field(default_factory=lambda: set(WORKERS))
    listening: set[str] = field(default_factory=lambda: set(WORKERS))
    interruptions: float = 0
    redis_memory: float = 0.3
    database: bool = True
    connections: float = 0
    guesses: float = 0
    expired_sessions: float = 0
    recent: float = 0
    usual: float = 0
    of_account: float = 0
    of_address: float = 0
    accounts_of_address: float = 0
    entered: float = 0
    payments: float = 0
    declined: float = 0
    undelivered: float = 0
    endpoint: bool = True
    signups: float = 0
    usual_signups: float = 0
    cancelled: float = 0
    usual_cancelled: float = 2
    runs: float = 0
    failed_runs: float = 0
    calls: float = 0
    failed_calls: float = 0
    model_speed: tuple[float, ...] = MODEL_SPEED
    dollars: float = 0
    tokens: float = 0
    cpu: float = 0
    memory: float = 0
    disk: float = 0
    process_cpu: float = 0
    process_memory: float = 0
    pages: set[str] = field(default_factory=lambda: set(PAGES))
    seen_outside: bool = True
    certificate: float = 0
    outages: dict[str, str] = field(default_factory=dict)
    deployment: str = "success"
    budget_left: float = 80
    silent: set[str] = field(default_factory=set)
    stale: dict[str, float] = field(default_factory=dict)
    unscraped: set[str] = field(default_factory=set)
    restarted: set[str] = field(default_factory=set)
    paused: bool = False


def usual(at: float, seconds: float, chance: Chance) -> State:
    """A product that is well."""
    share, minutes = busy(at), seconds / MINUTE
    state = State(at, seconds)
    _serve(state, 600 * share * minutes, chance)
    _work(state, 120 * share * minutes, chance)
    _sign_in(state, share, minutes, chance)
    _sell(state, share, minutes, chance)
    _ask_models(state, 20 * share * minutes, chance)
    _run(state, share, chance)
    return state


def _serve(state: State, requests: float, chance: Chance) -> None:
    state.requests = chance.count(requests)
    state.failed = chance.count(requests * 0.0002)
    state.refused = chance.count(requests * 0.02)
    state.speed = _sampled(SPEED, state.requests, chance)


def _sampled(shares: tuple[float, ...], events: float, chance: Chance) -> tuple[float, ...]:
    """The shares of so many events, each of which is slow or not."""
    if not events:
        return shares
    slow = [chance.count((after - before) * events) for before, after in pairwise(shares)]
    return tuple(max(0, 1 - sum(slow[number:]) / events) for number in range(len(shares)))


def _work(state: State, jobs: float, chance: Chance) -> None:
    state.done = chance.count(jobs)
    state.broken = chance.count(jobs * 0.001)
    state.queues["emails"] = chance.count(jobs / 10)
    state.redis_memory = 0.3 * chance.vary(0.1)
    state.connections = 15 + round(30 * busy(state.at) * chance.vary(0.2))


def _sign_in(state: State, share: float, minutes: float, chance: Chance) -> None:
    state.guesses = chance.count(1.2 * share * minutes)
    state.expired_sessions = chance.count(4 * share * minutes)
    state.usual = 12 * share
    state.recent = chance.count(state.usual)
    state.of_account = min(state.recent, chance.count(2))
    state.of_address = state.of_account + min(state.recent - state.of_account, chance.count(1))
    state.accounts_of_address = min(state.of_address, chance.count(1))


def _sell(state: State, share: float, minutes: float, chance: Chance) -> None:
    state.payments = chance.count(1.5 * share * minutes)
    state.declined = min(state.payments, chance.count(1.5 * share * minutes * 0.03))
    weekday = 0.6 if state.at // DAY % 7 >= 5 else 1.0
    state.usual_signups = 60 * weekday
    state.signups = round(state.usual_signups * chance.vary(0.25))
    state.cancelled = min(4, chance.count(2))


def _ask_models(state: State, runs: float, chance: Chance) -> None:
    state.runs = chance.count(runs)
    state.failed_runs = min(state.runs, chance.count(runs * 0.002))
    state.calls = state.runs * 2
    state.failed_calls = min(state.calls, chance.count(runs * 2 * 0.004))
    state.model_speed = _sampled(MODEL_SPEED, state.calls, chance)
    state.dollars = state.runs * 0.03 * chance.vary(0.3)
    state.tokens = (state.at - MONTH_ENDS) % (30 * DAY) / (30 * DAY) * MONTH_OF_TOKENS


def _run(state: State, share: float, chance: Chance) -> None:
    """CPU follows traffic; memory grows and is given back each day; a disk grows over the month."""
    state.cpu = (0.08 + 0.4 * share) * chance.vary(0.15)
    state.process_cpu = (0.03 + 0.45 * share) * chance.vary(0.15)
    state.memory = (0.45 + 0.1 * share) * chance.vary(0.05)
    state.process_memory = (0.4 + 0.15 * (state.at % DAY / DAY)) * chance.vary(0.03)
    state.disk = 0.5 + 0.003 * state.at / DAY
    # renewed with 30 days left
    state.certificate = 30 + (12 * DAY - state.at) / DAY % 60
