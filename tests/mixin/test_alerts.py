"""Each alert fires beyond its threshold and not at it, after its time and not before, and ends when it should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.mixin.boundaries import ROWS
from tests.mixin.promtool import STEP, Case, Labels, Levels, Proof, Rules, Stretch, about, counts, each_of
from tests.mixin.row import Row


def _sides(row: Row) -> Iterator[Case]:
    long, start = row.long, row.long * STEP
    for severity, side in row.sides.items():
        milder = [each for each in row.sides if each != severity and severity == "critical"]
        fires = start + row.window + row.lasting
        yield Case(
            f"{row.id}: exactly at the {severity} threshold it does not fire",
            _after_quiet(row, Stretch(side.at, long)),
            {(fires, row.alert): _alerts(row, milder), (start + (long - 1) * STEP, row.alert): _alerts(row, milder)},
        )
        early = milder if row.window else []
        yield Case(
            f"{row.id}: beyond the {severity} threshold it fires, not a moment before its time",
            _after_quiet(row, Stretch(side.beyond, long)),
            {
                (start, row.alert): _alerts(row, [severity, *milder]) if fires == start else [],
                (fires - STEP, row.alert): _alerts(row, early),
                (fires, row.alert): _alerts(row, [severity, *milder]),
            },
        )


def _faults(row: Row) -> Iterator[Case]:
    long, start = row.long, row.long * STEP
    steps = (max(side.seen for side in row.sides.values()) + row.lasting) // STEP + 20
    end = start + steps * STEP
    last = max(row.sides, key=lambda severity: row.sides[severity].seen)
    seen = row.sides[last].seen
    everything = _alerts(row, list(row.sides))
    yield Case(
        f"{row.id}: a missed scrape does not start the wait anew",
        _after_quiet(row, Stretch(row.far, seen // STEP + 2), Stretch(None, 1), Stretch(row.far, long)),
        {
            (start + seen + row.lasting, row.alert): everything,
            (start + seen + row.lasting - STEP, row.alert): [each for each in everything if each["severity"] != last]
            if seen > min(side.seen for side in row.sides.values())
            else [],
        },
    )
    yield Case(
        f"{row.id}: it ends when all is well again",
        _after_quiet(row, Stretch(row.far, steps), Stretch(row.quiet, long)),
        {
            (end + side.ends + wait, row.alert): _alerts(
                row, [each for each in row.sides if row.sides[each].ends > side.ends + wait]
            )
            for side in row.sides.values()
            for wait in (-STEP, 0)
        },
    )
    if any(counts(selector) for selector in row.quiet):
        again = start + 2 * long * STEP
        yield Case(
            f"{row.id}: a restart of what counts is no event, and hides none",
            _after_quiet(
                row, Stretch(row.quiet, long, reset=True), Stretch(row.far, long), Stretch(row.far, long, reset=True)
            ),
            {(start + offset * STEP, row.alert): [] for offset in (0, 1, long)}
            | {(again + offset * STEP, row.alert): everything for offset in (-1, 0, 1, long - 1)},
        )
    else:
        yield Case(
            f"{row.id}: it outlives its numbers by two minutes",
            _after_quiet(row, Stretch(row.far, steps), Stretch(None, long)),
            {(end - STEP, row.alert): everything, (end + 90, row.alert): everything, (end + 105, row.alert): []},
        )


def _few(row: Row) -> Iterator[Case]:
    long, start = row.long, row.long * STEP
    if row.few:
        too_few, enough = row.few
        fires = start + row.window + row.lasting
        yield Case(
            f"{row.id}: too few events say nothing",
            _after_quiet(row, Stretch(too_few, long)),
            {(fires, row.alert): [], (start + (long - 1) * STEP, row.alert): []},
        )
        yield Case(
            f"{row.id}: just enough events say it all",
            _after_quiet(row, Stretch(enough, long)),
            {(fires, row.alert): _alerts(row, list(row.sides))},
        )


def _after_quiet(row: Row, *stretches: Stretch) -> list[Stretch]:
    """The stretches after a quiet time, beside another product that is well and other jobs that do not count."""
    beside = _moved(row.quiet, "product", "other")
    if row.decoys is None:
        beside |= _moved(row.far, "job", "elsewhere") | _moved(row.quiet, "job", "nowhere")
    else:
        beside |= row.decoys
    return [
        Stretch(None if each.levels is None else {**each.levels, **beside}, each.steps, each.reset)
        for each in (Stretch(row.quiet, row.long), *stretches)
    ]


def _moved(levels: Levels, label: str, value: str) -> Levels:
    """The same levels with another value of one label."""
    return {re.sub(rf'\b{label}="[^"]*"', f'{label}="{value}"', selector): level for selector, level in levels.items()}


def _alerts(row: Row, severities: list[str]) -> list[Labels]:
    return [{**row.labels, "product": "shop", "severity": severity} for severity in severities]


PROOFS = [Proof(row.id, about(row.alert), [*_sides(row), *_faults(row), *_few(row)]) for row in ROWS]


@each_of(PROOFS)
def test_boundaries(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
