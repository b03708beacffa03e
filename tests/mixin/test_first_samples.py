"""The first value of a series that is new counts, and the total of one that is old and only now read does not."""

from __future__ import annotations

from pathlib import Path

from tests.mixin.levels import app
from tests.mixin.promtool import STEP, Case, Proof, Rules, about, each_of
from tests.mixin.recorded_vendors import SHOP

Line = list[float | None]
WINDOW, ALL = 20, 60
"""Steps of the window, and of every timeline."""
AT = 45
"""The step at which something begins."""
KINDS = {
    "product:http_requests:rate5m * 300": "2xx",
    "product:http_server_errors_per_minute:rate5m * 5": "503",
    "product:http_client_errors_per_minute:rate5m * 5": "404",
}
"""What is counted in the window, and a status that counts."""
OLD = app("http_requests_total", handler="/", status="200")


def _new(status: str, handler: str = "/new", instance: str = "app:1") -> str:
    return app("http_requests_total", handler=handler, status=status, instance=instance)


def _from(step: int, *values: float) -> Line:
    """Nothing until a step; then the values, of which the last stays."""
    line: Line = [None] * step + list(values)
    return line + [values[-1]] * (ALL - len(line))


def _up(*, since: int = 0, job: str = "app", instance: str = "app:1", is_up: float = 1) -> dict[str, Line]:
    return {app("up", instance=instance).replace('"app"', f'"{job}"'): _from(since, is_up)}


def _began(second: float, *, job: str = "app", since: int = 0) -> dict[str, Line]:
    """When the process began."""
    return {app("process_start_time_seconds").replace('"app"', f'"{job}"'): _from(since, second)}


Timeline = tuple[str, str, dict[str, Line], dict[int, float]]


def _timelines(status: str) -> tuple[tuple[str, dict[str, Line], dict[int, float]], ...]:
    """What is promised, what is seen, and by step how many events of the window are counted."""
    seven = {_new(status): _from(AT, 7)}
    again = {_new(status): [*_from(0, 7)[:25], *[None] * 20, *[2.0] * 15]}
    two = {_new(status): _from(AT, 7), _new(status, "/other"): _from(AT, 5)}
    return (
        ("a new series counts in full", seven | _up(), {AT - 1: 0, AT: 7, AT + 10: 7, AT + WINDOW - 6: 7}),
        ("and what is added to it", {_new(status): _from(AT, 7, 9)} | _up(), {AT: 7, AT + 1: 9}),
        ("several do", two | _up(), {AT: 12}),
        ("a target that was not read before may be old", seven | _up(since=AT), {AT: 0, AT + 10: 0}),
        ("so may one that was down", seven | {next(iter(_up())): [*_from(0, 0)[:AT], *[1.0] * (ALL - AT)]}, {AT: 0}),
        ("another job that was read says nothing", seven | _up(since=AT) | _up(job="other"), {AT: 0}),
        ("nor does another copy", seven | _up(since=AT) | _up(instance="app:2"), {AT: 0}),
        ("of a process that is new all is new", seven | _up(since=AT) | _began(AT * STEP - 30), {AT: 7, AT + 5: 7}),
        ("it is for the window and a minute", seven | _began((AT + 2) * STEP - 358), {AT + 2: 7, AT + 3: 0}),
        ("and no longer", seven | _began((AT + 2) * STEP - 361), {AT + 1: 7, AT + 2: 0}),
        ("that another job began is nothing", seven | _began(AT * STEP - 30, job="other"), {AT: 0}),
        (
            "a missed scrape hides it not",
            {_new(status): [*_from(AT, 7)[: AT + 4], None, None, *[7.0] * (ALL - AT - 6)]} | _up(),
            {AT + 3: 7, AT + 4: 7, AT + 5: 7, AT + 6: 7},
        ),
        (
            "a missed scrape a window ago makes nothing new",
            {_new(status): [*_from(0, 7)[: AT - WINDOW], None, *[7.0] * (ALL - AT + WINDOW - 1)]} | _up(),
            {AT: 0},
        ),
        ("what was there in the window before is not new", again | _up(), {AT: 0, 44: 0}),
        ("its latest value counts", {_new(status): _from(AT, 7, 9, 4)} | _up(), {AT + 2: 4}),
    )


def _proofs(query: str, status: str) -> list[Proof]:
    record = query.partition(" ")[0]
    noise = {
        OLD.replace("200", "301"): _from(0, 50),
        app("http_requests_total", status=status).replace('"app"', '"other"'): _from(AT, 90),
    }
    return [
        Proof(
            f"{record}: {promise}",
            about(record),
            [
                Case(
                    promise,
                    [],
                    values={(step * STEP, f"round({query}, 1e-3)"): {SHOP: events} for step, events in counted.items()},
                    samples=noise | seen,
                )
            ],
        )
        for promise, seen, counted in _timelines(status)
    ]


PROOFS = [proof for query, status in KINDS.items() for proof in _proofs(query, status)]


@each_of(PROOFS)
def test_first_samples(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
