"""What each kind of trouble does to a product; `since` is how many seconds ago it began."""

from __future__ import annotations

from tests.months.rhythm import HOUR, MINUTE
from tests.months.state import State


def database_dies(state: State, since: float) -> None:
    """No connection, so three of ten requests fail and Vigie cannot read it either."""
    state.database = False
    state.failed = 0.3 * state.requests
    source_silent(state, since, "postgres")


def supabase_is_out(state: State, since: float) -> None:
    """The same, and Supabase says so."""
    database_dies(state, since)
    state.outages["supabase"] = "major_outage"


def site_down(state: State, _since: float) -> None:
    """Nothing answers; the processes start anew in the end."""
    state.pages.clear()
    state.requests = state.failed = state.refused = 0
    state.unscraped.add("app")
    state.restarted.add("app")


def site_down_for_all(state: State, since: float) -> None:
    """The same, long enough to be seen by a monitor outside."""
    site_down(state, since)
    state.seen_outside = since < 2 * MINUTE


def slow_queries(state: State, _since: float) -> None:
    """p95 is between 3 and 4 seconds."""
    state.speed = (0.2, 0.4, 0.6, 0.7, 0.9, 1.0, 1.0, 1.0)


def some_wait_long(state: State, _since: float) -> None:
    """Three of a hundred requests take more than five seconds."""
    state.speed = (0.5, 0.9, 0.955, 0.96, 0.965, 0.97, 1.0, 1.0)


def errors_8_percent(state: State, _since: float) -> None:
    """A route that fails."""
    state.failed = 0.08 * state.requests


def errors_08_percent(state: State, _since: float) -> None:
    """Too few for any threshold, too many for the month."""
    state.failed = 0.008 * state.requests


def scanner(state: State, _since: float) -> None:
    """Somebody tries 800 paths a minute."""
    state.refused += 800 * state.seconds / MINUTE


def queue_backs_up(state: State, since: float) -> None:
    """80 jobs a minute are too many, until 800 wait."""
    state.queues["emails"] = min(800, 80 * since / MINUTE)


def workers_die(state: State, since: float) -> None:
    """All of them."""
    state.workers.clear()
    workers_hang(state, since)


def workers_hang(state: State, since: float) -> None:
    """Three jobs a minute come, and none is done."""
    state.done = state.broken = 0
    state.queues["emails"] = 3 * since / MINUTE


def a_worker_dies(state: State, _since: float) -> None:
    """The other one goes on."""
    state.workers.discard("w1")


def a_worker_is_mute(state: State, _since: float) -> None:
    """It works without saying so."""
    state.listening.discard("w2")


def events_break(state: State, since: float) -> None:
    """Once."""
    state.interruptions = float(since < state.seconds)


def jobs_fail(state: State, _since: float) -> None:
    """Three of ten."""
    jobs = state.done + state.broken
    state.done, state.broken = 0.7 * jobs, 0.3 * jobs


def redis_fills(state: State, _since: float) -> None:
    """Results that nobody fetches."""
    state.redis_memory = 0.85


def cpu_busy(state: State, _since: float) -> None:
    """A loop that does not end."""
    state.cpu = 0.95


def memory_leaks(state: State, since: float) -> None:
    """From 55% on, 40% in an hour."""
    state.memory = min(0.98, 0.55 + 0.4 * since / HOUR)


def disk_fills(state: State, since: float) -> None:
    """From 55% on, 40% in an hour."""
    state.disk = min(0.98, 0.55 + 0.4 * since / HOUR)


def connections_leak(state: State, _since: float) -> None:
    """97 of 100 are taken."""
    state.connections = 97


def cards_declined(state: State, _since: float) -> None:
    """Four of ten."""
    state.declined = 0.4 * state.payments


def webhooks_fail(state: State, _since: float) -> None:
    """Twelve events that nobody takes."""
    state.undelivered = 12


def endpoint_disabled(state: State, _since: float) -> None:
    """Stripe delivers to it no more."""
    state.endpoint = False


def one_account(state: State, since: float) -> None:
    """Six guesses a minute at the password of one person."""
    state.guesses += 6 * state.seconds / MINUTE
    state.of_account = min(60, 6 * since / MINUTE)
    state.of_address = state.of_account
    state.recent += state.of_account


def stuffing(state: State, since: float) -> None:
    """300 pairs of a stolen list a minute, from one address."""
    state.guesses += 300 * state.seconds / MINUTE
    state.of_address = state.accounts_of_address = min(3000, 300 * since / MINUTE)
    state.recent += state.of_address


def guessed(state: State, _since: float) -> None:
    """The twenty-sixth guess was right."""
    state.of_account = state.of_address = 25
    state.recent += 25
    state.entered = 1


def many_guess_a_little(state: State, since: float) -> None:
    """15 refusals a minute, each from another address."""
    state.guesses += 15 * state.seconds / MINUTE
    state.recent += min(150, 15 * since / MINUTE)


def signups_collapse(state: State, since: float) -> None:
    """Down to a tenth within an hour."""
    state.signups = state.usual_signups * max(0.1, 1 - 0.9 * since / HOUR)


def churn(state: State, _since: float) -> None:
    """Six times as many as is usual."""
    state.cancelled = 6 * state.usual_cancelled


def model_fails(state: State, _since: float) -> None:
    """Six of ten calls, and so half of the requests."""
    state.failed_calls = 0.6 * state.calls
    state.failed_runs = 0.5 * state.runs


def openai_is_out(state: State, since: float) -> None:
    """The same, and the vendor says so."""
    model_fails(state, since)
    state.outages["openai"] = "major_outage"


def prompts_grow(state: State, _since: float) -> None:
    """A quarter of a dollar for each request."""
    state.dollars = 0.25 * state.runs


def tokens_run_out(state: State, _since: float) -> None:
    """85% of the month's."""
    state.tokens = 0.85


def vigie_down(state: State, _since: float) -> None:
    """Nothing of it can be scraped."""
    state.unscraped.add("vigie")
    state.restarted.add("vigie")


def app_hides(state: State, _since: float) -> None:
    """Its metrics cannot be scraped; it works."""
    state.unscraped.add("app")


def source_silent(state: State, since: float, source: str = "stripe") -> None:
    """Vigie cannot read it."""
    state.silent.add(source)
    state.stale[source] = since + MINUTE


def not_renewed(state: State, _since: float) -> None:
    """A certificate with less than two weeks."""
    state.certificate = 13


def release_crashes(state: State, _since: float) -> None:
    """The latest deployment on Railway."""
    state.deployment = "failed"


def unseen_outside(state: State, _since: float) -> None:
    """A page that only those outside cannot reach."""
    state.seen_outside = False
