"""From events to exported totals."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vigie.core.families import Distribution, Families, counter, histogram
from vigie.core.ledger import count, export, observe
from vigie.core.state import Batch, Event, State

RUNS = counter("runs_total", "Runs.", "project")
TIME = histogram("run_seconds", "Time.", "project", buckets=(1.0, 5.0))


@given(st.lists(st.integers(0, 8), min_size=1))
def test_a_histogram_kept_as_events_is_the_histogram_of_their_values(values: list[int]) -> None:
    state = State.in_memory()
    events = [Event(str(n), 0.0, count(RUNS, 1, "p") | observe(TIME, v, "p")) for n, v in enumerate(values)]
    state.ingest("s", Batch(events))
    families = Families()
    export((RUNS, TIME), state.counters("s"), families)
    state.close()
    small, middle = sum(v <= 1 for v in values), sum(1 < v <= 5 for v in values)
    expected = Distribution((small, middle, len(values) - small - middle), float(sum(values)))
    assert families.distributions[TIME] == {("p",): expected}
    assert families.values[RUNS] == {("p",): len(values)}


def test_what_is_declared_has_a_header_and_what_is_not_is_not_exported() -> None:
    families = Families()
    export((RUNS, TIME), {("secret_total", ()): 1.0}, families)
    assert families.values == {RUNS: {}}
    assert families.distributions == {TIME: {}}
