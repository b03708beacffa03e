"""Budgets burn too fast beyond the factor of each pair of windows, and not at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mixin.promtool import Case, Labels, Levels, Proof, Rules, Stretch, each_of, name

STEP = 300
"""Seconds between two evaluations: three days in steps of 15 s would take minutes."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two windows in steps, the factor and the `for` of their alert."""

    window: str
    long: int
    short: int
    factor: float
    lasting: int


PAIRS = (
    Pair("1h", 12, 1, 14.4, 1),
    Pair("6h", 72, 6, 6, 3),
    Pair("1d", 288, 24, 3, 12),
    Pair("3d", 864, 72, 1, 36),
)
BUDGETS = {"Availability": 0.001, "Latency": 0.05}
CLASSES = {"Availability": "errors", "Latency": "latency"}
BOTH = [(objective, pair) for objective in BUDGETS for pair in PAIRS]


def _levels(objective: str, ratio: float, requests: float = 10, product: str = "shop") -> Levels:
    """Requests in a second of which this share is bad."""
    label = f'{{product="{product}"}}'
    bad = {
        "Availability": {f"product:http_server_errors_per_minute:rate5m{label}": ratio * requests * 60},
        "Latency": {f"product:http_slow_requests:rate5m{label}": ratio * requests},
    }
    return {f"product:http_requests:rate5m{label}": requests, **bad[objective]}


def _proof(objective: str, pair: Pair, what: str, cases: list[Case]) -> Proof:
    """Of only the rules of one pair of windows; what they read is given."""
    record, alert = f"product:slo_{objective.lower()}_burn:min_{pair.window}_", f"{objective}BudgetBurn"

    def wanted(rule: Mapping[str, Any]) -> bool:
        return name(rule).startswith(record) or (name(rule) == alert and rule["labels"]["window"] == pair.window)

    return Proof(f"{objective} over {pair.window}: {what}", lambda rules: rules.only(wanted), cases)


def _case(objective: str, pair: Pair, promise: str, stretches: list[Stretch], fires: dict[int, bool]) -> Case:
    """By step whether it fires, beside a product that is well."""
    alert = f"{objective}BudgetBurn"
    labels: Labels = {
        "product": "shop",
        "severity": "warning",
        "component": "api",
        "class": CLASSES[objective],
        "owner": "backend",
        "window": pair.window,
    }
    well = _levels(objective, 0, product="other")
    beside = [Stretch(well | (each.levels or {}), each.steps) for each in stretches]
    firing = {(step * STEP, alert): [labels] if there else [] for step, there in fires.items()}
    return Case(f"{alert} over {pair.window}: {promise}", beside, firing, step=STEP)


def _boundary(objective: str, pair: Pair) -> Proof:
    ratio = pair.factor * BUDGETS[objective]
    last = pair.lasting + 5
    cases = [
        _case(
            objective,
            pair,
            "exactly at the factor it does not fire",
            [Stretch(_levels(objective, ratio), last + 1)],
            {pair.lasting: False, last: False},
        ),
        _case(
            objective,
            pair,
            "beyond it fires, and not before its time",
            [Stretch(_levels(objective, ratio * 1.001), last + 1)],
            {pair.lasting - 1: False, pair.lasting: True, last: True},
        ),
        _case(
            objective,
            pair,
            "without requests there is nothing to fail",
            [Stretch(_levels(objective, 1, requests=0), last + 1)],
            {pair.lasting: False, last: False},
        ),
    ]
    return _proof(objective, pair, "the boundary", cases)


def _few(objective: str, pair: Pair) -> Proof:
    cases = [
        _case(
            objective,
            pair,
            f"{number} requests in the long window",
            [Stretch(_levels(objective, 1, requests=number / pair.long / STEP), pair.lasting + 6)],
            {pair.lasting + 5: enough},
        )
        for number, enough in ((99, False), (100, True))
    ]
    return _proof(objective, pair, "few requests say nothing", cases)


def _windows(objective: str, pair: Pair) -> Proof:
    """At twice the factor (or when all is bad) so large a share of each window has to be bad."""
    ratio = min(2 * pair.factor * BUDGETS[objective], 1)
    share = pair.factor * BUDGETS[objective] / ratio
    quiet, bad = _levels(objective, 0), _levels(objective, ratio)
    begins = pair.long + int(pair.long * share)
    end = begins + pair.lasting + 10
    over = next(step for step in range(pair.short) if pair.short - step - 1 <= pair.short * share)
    case = _case(
        objective,
        pair,
        "both windows",
        [Stretch(quiet, pair.long), Stretch(bad, end - pair.long), Stretch(quiet, pair.short)],
        {
            begins + pair.lasting - 1: False,
            begins + pair.lasting: True,
            end - 1: True,
            **({end + over - 1: True} if over else {}),
            end + over: False,
        },
    )
    return _proof(objective, pair, "the long window must be half full and the short one ends it", [case])


PROOFS = [proof(objective, pair) for proof in (_boundary, _few, _windows) for objective, pair in BOTH]


@each_of(PROOFS)
def test_burn(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
