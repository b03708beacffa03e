"""Budgets burn too fast beyond the factor of each pair of windows, and not at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from tests.mixin.promtool import Case, Labels, Levels, Proof, Rules, Stretch, each_of, name

LONG, SHORT, LASTING = 72, 6, 3
"""The windows and the `for` of every alert, in steps that are a sixth of its short window."""
LAST = LONG + LASTING + 5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two windows, by the long one: the factor of their alert, and seconds of a step."""

    window: str
    factor: float
    step: int


PAIRS = (Pair("1h", 14.4, 50), Pair("6h", 6, 300), Pair("1d", 3, 1200), Pair("3d", 1, 3600))
BUDGETS = {"Availability": 0.001, "Latency": 0.05}
CLASSES = {"Availability": "errors", "Latency": "latency"}
RECORDS = {
    f"{objective} {pair.window}": f"product:slo_{objective.lower()}_burn:min_{pair.window}_{short}"
    for objective in BUDGETS
    for pair, short in zip(PAIRS, ("5m", "30m", "2h", "6h"), strict=True)
}


def _levels(objective: str, bad: float, requests: float = 10, product: str = "shop") -> Levels:
    """Requests in a second, and how many of them are bad."""
    label = f'{{product="{product}"}}'
    levels: Levels = {f"product:http_requests:rate5m{label}": requests}
    if objective == "Availability":
        return levels | {f"product:http_server_errors_per_minute:rate5m{label}": bad * 60}
    return levels | {f"product:http_slow_requests:rate5m{label}": bad}


def _proof(objective: str, pair: Pair, what: str, cases: list[Case]) -> Proof:
    """Of only the rules of one pair of windows; what they read is given."""
    record, alert = RECORDS[f"{objective} {pair.window}"], f"{objective}BudgetBurn"

    def wanted(rule: Mapping[str, Any]) -> bool:
        return name(rule) == record or (name(rule) == alert and rule["labels"]["window"] == pair.window)

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
    firing = {(step * pair.step, alert): [labels] if there else [] for step, there in fires.items()}
    return Case(promise, beside, firing, step=pair.step)


def _boundary(objective: str, pair: Pair) -> Proof:
    bad = 10 * pair.factor * BUDGETS[objective]
    cases = [
        _case(
            objective,
            pair,
            "exactly at the factor it does not fire",
            [Stretch(_levels(objective, bad), LAST + 1)],
            {LASTING: False, LAST: False},
        ),
        _case(
            objective,
            pair,
            "beyond it fires, and not before its time",
            [Stretch(_levels(objective, bad * 1.001), LAST + 1)],
            {LASTING - 1: False, LASTING: True, LAST: True},
        ),
        _case(
            objective,
            pair,
            "without requests there is nothing to fail",
            [Stretch(_levels(objective, 0, requests=0), LAST + 1)],
            {LASTING: False, LAST: False},
        ),
    ]
    return _proof(objective, pair, "the boundary", cases)


def _few(objective: str, pair: Pair) -> Proof:
    """Nearly all requests of the long window come in its first half; 100 must be in it, rounded."""
    cases = []
    for promise, rest, fires in (
        ("99.4 requests in the long window say nothing", 9.4 / 36, {}),
        ("99.6 requests for as long as the alert waits say it all", 9.6 / 33, {LONG * 2 - 1: True}),
    ):
        many, some = (_levels(objective, each / pair.step, each / pair.step) for each in (90 / 36, rest))
        nothing = _levels(objective, 0, requests=0)
        stretches = [Stretch(nothing, LONG), Stretch(many, LONG // 2), Stretch(some, LONG)]
        silent = dict.fromkeys(range(LONG, LONG * 2 + LASTING), False)
        cases.append(_case(objective, pair, promise, stretches, silent | fires))
    return _proof(objective, pair, "few requests say nothing", cases)


def _windows(objective: str, pair: Pair) -> Proof:
    """At twice the factor (or when all is bad) so large a share of each window has to be bad."""
    ratio = min(2 * pair.factor * BUDGETS[objective], 1)
    share = pair.factor * BUDGETS[objective] / ratio
    quiet, bad = _levels(objective, 0), _levels(objective, 10 * ratio)
    begins = LONG + int(LONG * share)
    end = begins + LASTING + 10
    over = next(step for step in range(SHORT) if SHORT - step - 1 <= SHORT * share)
    case = _case(
        objective,
        pair,
        "both windows",
        [Stretch(quiet, LONG), Stretch(bad, end - LONG), Stretch(quiet, SHORT)],
        {
            begins + LASTING - 1: False,
            begins + LASTING: True,
            end - 1: True,
            **({end + over - 1: True} if over else {}),
            end + over: False,
        },
    )
    return _proof(objective, pair, "the long window must be half full and the short one ends it", [case])


Traffic = tuple[int, float, float]
"""So many steps with so many requests in a second, of which so many are bad."""

UNEVEN: dict[str, tuple[Traffic, ...]] = {
    "the long window tells": ((72, 7, 7), (36, 2, 1), (30, 9, 0), (3, 5, 3), (2, 4, 2), (1, 3, 2.5)),
    "the short window tells": ((72, 7, 7), (36, 2, 1), (30, 9, 8), (3, 5, 1), (2, 4, 1.5), (1, 3, 0.5)),
    "the short window is without requests": ((72, 7, 7), (66, 2, 2), (6, 0, 0)),
}
"""Traffic that is different in each window, in half of it, in twice of it and at its end."""


def _burn(traffic: Sequence[Traffic], objective: str) -> float:
    steps = [(requests, bad) for number, requests, bad in traffic for _ in range(number)]
    shares = []
    for window in (LONG, SHORT):
        requests, bad = (mean(each) for each in zip(*steps[-window:], strict=True))
        shares.append(bad / requests if requests else 0)
    return round(min(shares) / BUDGETS[objective], 6)


def _uneven(objective: str, pair: Pair) -> Proof:
    """The recorded burn is the smaller share of bad requests of the two windows, per share that is allowed."""
    record = RECORDS[f"{objective} {pair.window}"]
    cases = []
    for promise, traffic in UNEVEN.items():
        stretches = [Stretch(_levels(objective, bad, requests), steps) for steps, requests, bad in traffic]
        at = (sum(steps for steps, _, _ in traffic) - 1) * pair.step
        values = {(at, record): {f'{record}{{product="shop"}}': _burn(traffic, objective)}}
        cases.append(Case(promise, stretches, values=values, step=pair.step))
    return _proof(objective, pair, "the burn is the smaller of two shares", cases)


PROOFS = [
    proof(objective, pair) for proof in (_boundary, _few, _windows, _uneven) for objective in BUDGETS for pair in PAIRS
]


@each_of(PROOFS)
def test_burn(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
