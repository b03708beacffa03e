"""New series of counters begin at 0: nothing that is counted is lost to `increase()`, and nothing is counted twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.toy import ToyConfig, ToySource
from vigie.core.board import Board
from vigie.core.exposition import TEXT
from vigie.core.families import Distribution, Families, counter, gauge, histogram
from vigie.core.ledger import count, export
from vigie.core.logs import logger
from vigie.core.poller import Outcome
from vigie.core.source import Context, Poll
from vigie.core.state import Batch, Event, State
from vigie.core.status import Status
from vigie.errors import Reason, SourceError

JOBS = counter("toy_jobs_total", "Jobs.", "kind")
PAID = counter("toy_paid_total", "Payments.", "code", kept_by="state")
CALLS = counter("toy_calls_total", "Calls, as the toy counts them.", "name", kept_by="system")
TIME = histogram("toy_time_seconds", "Time.", "kind", buckets=(1, 2))
LEVEL = gauge("toy_depth", "Depth.", "kind")
FAMILIES = (JOBS, PAID, CALLS, TIME, LEVEL)


@dataclass
class Rig:
    """A board with one source, polled and scraped by hand; it outlives Vigie's restarts as a state file does."""

    state: State = field(default_factory=State.in_memory)
    time: float = 1000.0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin again with what the state file holds."""
        source = ToySource(ToyConfig(max_age=60.0), Context("acme", logger(), lambda: self.time, state=self.state))
        self.board = Board({"toy": Status("toy", source)}, lambda: self.time, lambda: self.time)

    async def poll(self, families: Families) -> None:
        """Take in a poll that read these samples."""
        await self.board.record("toy", Outcome(self.time, 0.1, Poll(families), ()))
        await self.board.turn()

    async def fail(self) -> None:
        """Take in a poll that read nothing."""
        await self.board.record("toy", Outcome(self.time, 0.1, None, (SourceError(Reason.NETWORK, "refused"),)))
        await self.board.turn()

    async def scrape(self, reader: str = "prometheus", prefix: str = "toy_") -> dict[str, float]:
        """What a scrape reads; the page is then made anew, as it is whenever a scrape changed something."""
        page = self.board.take(reader)
        lines = [line.rpartition(" ") for line in page.text.plain.decode().splitlines() if line.startswith(prefix)]
        await self.board.turn()
        return {name: float(value) for name, _, value in lines if name != "toy_up"}


def jobs(**kinds: float) -> Families:
    families = Families()
    for kind, number in kinds.items():
        families.add(JOBS, number, kind)
    return families


def paid(state: State) -> Families:
    families = Families()
    export((PAID,), state.counters("toy"), families)
    return families


def pay(state: State, identity: str, code: str) -> None:
    state.ingest("toy", Batch([Event(identity, 0.0, count(PAID, 1.0, code))]))


async def test_a_new_series_is_zero_until_it_was_read_and_then_exact() -> None:
    rig = Rig()
    await rig.poll(jobs(pay=7))
    first = rig.board.take("prometheus")
    await rig.board.turn()
    second = rig.board.take("prometheus")
    for page, shown in ((first, "0.0"), (second, "7.0")):
        sample = f'# HELP toy_jobs_total Jobs.\n# TYPE toy_jobs_total counter\ntoy_jobs_total{{kind="pay"}} {shown}\n'
        assert sample in page.text.plain.decode()
        assert f'# TYPE toy_jobs counter\ntoy_jobs_total{{kind="pay"}} {shown}\n' in page.openmetrics.plain.decode()
    assert first.negotiate("").content_type == TEXT


async def test_it_stays_zero_while_nobody_reads_however_often_it_is_polled() -> None:
    rig = Rig()
    for number in range(1, 6):
        await rig.poll(jobs(pay=number))
    assert await rig.scrape() == {'toy_jobs_total{kind="pay"}': 0}
    assert await rig.scrape() == {'toy_jobs_total{kind="pay"}': 5}


async def test_only_the_new_series_waits() -> None:
    rig = Rig()
    await rig.poll(jobs(pay=1))
    await rig.scrape()
    await rig.poll(jobs(pay=2, mail=9))
    assert await rig.scrape() == {'toy_jobs_total{kind="pay"}': 2, 'toy_jobs_total{kind="mail"}': 0}
    assert await rig.scrape() == {'toy_jobs_total{kind="pay"}': 2, 'toy_jobs_total{kind="mail"}': 9}


async def test_a_new_histogram_begins_empty_in_all_its_buckets() -> None:
    rig = Rig()
    families = Families()
    families.observe(TIME, Distribution((2, 1, 4), 21.5), "pay")
    await rig.poll(families)
    assert set((await rig.scrape()).values()) == {0}
    assert await rig.scrape() == {
        'toy_time_seconds_bucket{kind="pay",le="1.0"}': 2,
        'toy_time_seconds_bucket{kind="pay",le="2.0"}': 3,
        'toy_time_seconds_bucket{kind="pay",le="+Inf"}': 7,
        'toy_time_seconds_sum{kind="pay"}': 21.5,
        'toy_time_seconds_count{kind="pay"}': 7,
    }


async def test_gauges_and_what_the_watched_system_counts_are_shown_as_they_are() -> None:
    rig = Rig()
    families = Families()
    families.add(LEVEL, 3, "pay")
    families.add(CALLS, 5_000_000, "get")
    await rig.poll(families)
    assert await rig.scrape() == {'toy_depth{kind="pay"}': 3, 'toy_calls_total{name="get"}': 5_000_000}


async def test_both_of_two_scrapers_read_the_zero() -> None:
    rig = Rig()
    for _ in range(2):
        for reader in ("a", "b"):
            await rig.scrape(reader)
            rig.time += 5
    await rig.poll(jobs(pay=3))
    assert await rig.scrape("a") == {'toy_jobs_total{kind="pay"}': 0}
    assert await rig.scrape("a") == {'toy_jobs_total{kind="pay"}': 0}
    assert await rig.scrape("b") == {'toy_jobs_total{kind="pay"}': 0}
    assert await rig.scrape("a") == {'toy_jobs_total{kind="pay"}': 3}


async def test_a_page_without_the_series_is_no_reading_of_its_zero() -> None:
    rig = Rig()
    await rig.poll(jobs(pay=3))
    rig.time += 61
    await rig.board.turn()
    assert await rig.scrape() == {}
    await rig.poll(jobs(pay=4))
    assert await rig.scrape() == {'toy_jobs_total{kind="pay"}': 0}
    assert await rig.scrape() == {'toy_jobs_total{kind="pay"}': 4}


async def test_a_source_that_comes_back_goes_on_where_it_was() -> None:
    rig = Rig()
    await rig.poll(jobs(pay=3))
    await rig.scrape()
    rig.time += 61
    await rig.fail()
    assert await rig.scrape() == {}
    await rig.poll(jobs(pay=4))
    assert await rig.scrape() == {'toy_jobs_total{kind="pay"}': 4}


async def test_what_the_process_had_dropped_begins_at_zero_again() -> None:
    """A worker that was forgotten and returns is counted from 0."""
    rig = Rig()
    await rig.poll(jobs(pay=3))
    await rig.scrape()
    await rig.poll(Families())
    await rig.poll(jobs(pay=5))
    assert await rig.scrape() == {'toy_jobs_total{kind="pay"}': 0}


async def test_after_a_restart_old_series_are_whole_at_once_and_new_ones_begin_at_zero() -> None:
    rig = Rig()
    pay(rig.state, "1", "card_declined")
    await rig.poll(paid(rig.state))
    await rig.scrape()
    rig.restart()
    pay(rig.state, "2", "card_declined")
    pay(rig.state, "3", "expired_card")
    await rig.poll(paid(rig.state))
    assert await rig.scrape() == {'toy_paid_total{code="card_declined"}': 2, 'toy_paid_total{code="expired_card"}': 0}
    assert await rig.scrape() == {'toy_paid_total{code="card_declined"}': 2, 'toy_paid_total{code="expired_card"}': 1}


async def test_a_zero_that_nobody_read_before_a_restart_is_shown_after_it() -> None:
    rig = Rig()
    pay(rig.state, "1", "card_declined")
    await rig.poll(paid(rig.state))
    rig.restart()
    await rig.poll(paid(rig.state))
    assert await rig.scrape() == {'toy_paid_total{code="card_declined"}': 0}


async def test_a_state_file_from_before_firsts_were_kept_does_not_fall_to_zero() -> None:
    state = State.in_memory()
    pay(state, "1", "card_declined")
    rig = Rig(state)
    await rig.poll(Families())
    await rig.poll(paid(rig.state))
    assert await rig.scrape() == {'toy_paid_total{code="card_declined"}': 1}
    pay(rig.state, "2", "expired_card")
    await rig.poll(paid(rig.state))
    assert await rig.scrape() == {'toy_paid_total{code="card_declined"}': 1, 'toy_paid_total{code="expired_card"}': 0}


async def test_kept_counters_that_are_withheld_for_a_while_come_back_whole() -> None:
    rig = Rig()
    pay(rig.state, "1", "card_declined")
    await rig.poll(paid(rig.state))
    await rig.scrape()
    await rig.poll(Families())
    assert await rig.scrape() == {}
    await rig.poll(paid(rig.state))
    assert await rig.scrape() == {'toy_paid_total{code="card_declined"}': 1}


async def test_what_was_renamed_is_not_counted_again() -> None:
    """A project that gets another name takes its old total with it."""
    rig = Rig()
    old, new = Families(), Families()
    old.add(PAID, 5000, "shop")
    new.add(PAID, 5001, "shop-eu")
    await rig.poll(old)
    await rig.scrape()
    await rig.poll(new)
    assert await rig.scrape() == {'toy_paid_total{code="shop-eu"}': 5001}


async def test_vigie_s_own_counters_begin_at_zero_too() -> None:
    rig = Rig()
    await rig.fail()
    name = 'vigie_source_errors_total{reason="network",source="toy"}'
    assert (await rig.scrape(prefix=name)) == {name: 0}
    assert (await rig.scrape(prefix=name)) == {name: 1}
    folded = jobs(**{f"kind{number}": 1 for number in range(2000)})
    await rig.poll(folded)
    name = 'vigie_series_dropped_total{family="toy_jobs_total",source="toy"}'
    assert (await rig.scrape(prefix=name)) == {name: 0}
    assert (await rig.scrape(prefix=name)) == {name: 1001}


async def test_whoever_reads_once_by_hand_sees_everything_in_full() -> None:
    rig = Rig()
    await rig.poll(jobs(pay=7))
    assert b'toy_jobs_total{kind="pay"} 7.0\n' in rig.board.make_page().text.plain


async def test_a_scrape_asks_for_a_new_page_only_when_it_lets_something_go() -> None:
    rig = Rig()
    await rig.scrape()
    rig.board._changed.clear()  # noqa: SLF001 - what a scrape costs is the promise
    rig.board.take("prometheus")
    assert not rig.board._changed.is_set()  # noqa: SLF001
    await rig.poll(jobs(pay=7))
    rig.board._changed.clear()  # noqa: SLF001
    rig.board.take("prometheus")
    assert rig.board._changed.is_set()  # noqa: SLF001


def test_what_was_shown_survives_in_the_state_file(tmp_path: Path) -> None:
    state = State(tmp_path / "vigie.db")
    pay(state, "1", "card_declined")
    state.close()
    again = State(tmp_path / "vigie.db")
    assert again.families() == {"toy_paid_total"}
    again.close()


class Prometheus:
    """A scraper that remembers, and sums increases as `increase()` does: a fall is a restart from 0."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.last: dict[str, float] = {}
        self.increases: dict[str, float] = {}

    def read(self, samples: Mapping[str, float]) -> None:
        """Take in a scrape; the first sample of a series is no increase."""
        for series, value in samples.items():
            before = self.last.get(series)
            grown = 0.0 if before is None else value - before if value >= before else value
            self.increases[series] = self.increases.get(series, 0.0) + grown
            self.last[series] = value


class Deployment:
    """A Vigie, the payments that happen, and the two replicas of Prometheus that scrape it."""

    def __init__(self) -> None:
        self.rig = Rig()
        self.replicas = (Prometheus("1"), Prometheus("2"))
        self.happened: Counter[str] = Counter()

    async def do(self, step: str) -> None:
        """Let something happen."""
        self.rig.time += 0.01
        match step:
            case "poll":
                await self.rig.poll(paid(self.rig.state))
            case "fail":
                await self.rig.fail()
            case "restart":
                await self.restart()
            case "scrape":
                await self.scrape(self.replicas[0])
                self.replicas = self.replicas[::-1]
            case code:
                self.happened[f'toy_paid_total{{code="{code}"}}'] += 1
                pay(self.rig.state, str(self.happened.total()), code)

    async def scrape(self, *replicas: Prometheus) -> None:
        """Let replicas of Prometheus read the page, a second apart."""
        for replica in replicas:
            self.rig.time += 1
            replica.read(await self.rig.scrape(replica.name))

    async def restart(self) -> None:
        """Begin again; both replicas find the new Vigie before anything else happens, as they do the first one."""
        await self.scrape(*self.replicas)
        self.rig.restart()
        await self.scrape(*self.replicas * 2)


STEPS = st.lists(st.sampled_from(["a", "b", "c", "poll", "scrape", "restart", "fail"]), max_size=30)


@settings(deadline=None, max_examples=25)
@given(STEPS)
async def test_the_increases_that_a_scraper_sees_are_all_that_happened(steps: list[str]) -> None:
    """Whatever the order of payments, polls, scrapes and restarts: none is lost to a replica and none counts twice."""
    shop = Deployment()
    await shop.restart()
    for step in (*steps, "poll"):
        await shop.do(step)
    await shop.scrape(*shop.replicas * 3)
    for replica in shop.replicas:
        assert replica.increases == shop.happened
