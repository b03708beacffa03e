"""What happens to a product in a month in which nothing is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.months.rhythm import DAY, HOUR, MINUTE
from tests.months.state import State

Change = Callable[[State, float], None]
"""What it makes of a product that is as usual, and so many seconds after its beginning."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens, from when on, and for how long, in seconds."""

    at: float
    lasting: float
    change: Change

    def shape(self, state: State) -> None:
        """Change a product, if this is its time."""
        if self.at <= state.at < self.at + self.lasting:
            self.change(state, state.at - self.at)


def release(state: State, since: float) -> None:
    """A deployment: processes are replaced one after the other, and those who are served just then feel it."""
    if since < state.seconds:
        state.restarted |= {"app"}
        state.unscraped |= {"app"}
    state.requests *= 0.7
    state.failed += 1
    state.workers.discard("w1" if since < 2 * MINUTE else "w2")
    state.deployment = "building" if since < 3 * MINUTE else "success"
    state.queues["emails"] += 30
    state.undelivered = 1


def batch(state: State, since: float) -> None:
    """1200 reports at once, 300 of which are written in a minute."""
    state.queues["reports"] = max(0, 1200 - 300 * since / MINUTE)
    state.done += 300 * state.seconds / MINUTE
    state.cpu = min(1, state.cpu + 0.4)


def backup(state: State, _since: float) -> None:
    """A copy of the database is packed on the machine."""
    state.cpu = 0.97
    state.disk += 0.08


def one_failure(state: State, _since: float) -> None:
    """Of three requests, jobs, calls of a model and payments in the dead of night one fails."""
    state.requests, state.failed = 3, 1
    state.done, state.broken = 2, 1
    state.payments, state.declined = 3, 1
    state.runs, state.failed_runs, state.calls, state.failed_calls = 3, 1, 3, 1
    state.speed = (2 / 3, 2 / 3, 2 / 3, 2 / 3, 2 / 3, 1, 1, 1)


def missed_scrape(job: str) -> Change:
    """A scrape that took too long."""
    return lambda state, _since: state.unscraped.add(job)


def restart_of_vigie(state: State, since: float) -> None:
    """For a minute it is not there; what it counts by itself begins anew."""
    state.unscraped.add("vigie")
    if since < state.seconds:
        state.restarted.add("vigie")


def restart_of_prometheus(state: State, _since: float) -> None:
    """No sample at all."""
    state.paused = True


def newsletter(state: State, _since: float) -> None:
    """Three times the visitors."""
    for counted in ("requests", "failed", "refused", "done", "payments", "runs", "calls"):
        setattr(state, counted, getattr(state, counted) * 3)
    state.cpu = min(0.65, state.cpu + 0.2)
    state.connections += 20


def forgotten_password(state: State, _since: float) -> None:
    """Somebody tries all that he ever had."""
    state.guesses += 2
    state.recent += 18
    state.of_account = state.of_address = 18


def vendors_are_slow(state: State, _since: float) -> None:
    """A status page with a minor degradation: what it says of itself, and it is true."""
    state.outages = dict.fromkeys(("openai", "stripe"), "degraded_performance")
    state.model_speed = (0.3, 0.6, 0.93, 0.985, 0.995, 1.0)


def model_stumbles(state: State, _since: float) -> None:
    """A fifth of the calls fail and are tried again."""
    state.failed_calls = state.calls * 0.2
    state.failed_runs = state.runs * 0.02


def slow_export(state: State, _since: float) -> None:
    """Somebody draws reports of a year."""
    state.speed = (0.4, 0.8, 0.9, 0.94, 0.98, 1.0, 1.0, 1.0)
    state.connections += 15


def crawler(state: State, _since: float) -> None:
    """A robot asks for pages that were never there."""
    state.refused += 150 * state.seconds / MINUTE


def vendor_hiccup(source: str) -> Change:
    """Two polls fail."""

    def change(state: State, since: float) -> None:
        state.silent.add(source)
        state.stale[source] = since + 60

    return change


def false_alarm_outside(state: State, _since: float) -> None:
    """A monitor at the other end of the world loses its way."""
    state.seen_outside = False


def failed_probe(state: State, _since: float) -> None:
    """A single probe of a page gets lost."""
    state.pages.discard("api")


def _daily() -> Iterator[Event]:
    for day in range(30):
        midnight = day * DAY
        yield Event(midnight + 2 * HOUR, 4 * MINUTE, batch)
        yield Event(midnight + 3.5 * HOUR, 7 * MINUTE, backup)
        yield Event(midnight + 4 * HOUR + 60 * (day % 7), 1 * MINUTE, one_failure)
        yield Event(midnight + 9 * HOUR + 61 * MINUTE * (day % 5), 3 * MINUTE, forgotten_password)
        if day % 7 < 5:
            yield Event(midnight + 10 * HOUR + 47 * MINUTE * (day % 3), 4 * MINUTE, release)
            yield Event(midnight + 15 * HOUR + 31 * MINUTE * (day % 4), 4 * MINUTE, release)
        job = ("app", "node", "vigie")[day % 3]
        yield Event(midnight + 12 * HOUR + 97 * MINUTE * (day % 4), 1 * MINUTE, missed_scrape(job))


def quiet_month() -> list[Event]:
    """All that happens in it."""
    return [
        *_daily(),
        Event(1 * DAY + 11 * HOUR, 1 * HOUR, newsletter),
        Event(2 * DAY + 14 * HOUR, 3 * MINUTE, restart_of_prometheus),
        Event(4 * DAY + 16 * HOUR, 1 * MINUTE, restart_of_vigie),
        Event(8 * DAY + 13 * HOUR, 6 * HOUR, vendors_are_slow),
        Event(9 * DAY + 10 * HOUR, 3 * MINUTE, model_stumbles),
        Event(10 * DAY + 15 * HOUR, 3 * MINUTE, slow_export),
        Event(14 * DAY + 1 * HOUR, 4 * MINUTE, crawler),
        Event(15 * DAY + 17 * HOUR, 2 * MINUTE, vendor_hiccup("stripe")),
        Event(16 * DAY + 11 * HOUR, 1 * HOUR, newsletter),
        Event(18 * DAY + 5 * HOUR, 1 * MINUTE, false_alarm_outside),
        Event(21 * DAY + 20 * HOUR, 1 * MINUTE, failed_probe),
        Event(23 * DAY + 12 * HOUR, 1 * MINUTE, restart_of_vigie),
        Event(24 * DAY + 9 * HOUR, 3 * MINUTE, vendor_hiccup("langsmith")),
        Event(27 * DAY + 3 * HOUR, 2 * MINUTE, restart_of_prometheus),
    ]


def shaped(states: Iterator[State], events: list[Event]) -> Iterator[State]:
    """The moments of a product to which the events happen."""
    for state in states:
        for event in events:
            event.shape(state)
        yield state
