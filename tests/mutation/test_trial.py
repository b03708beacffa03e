"""Whether faults are noticed."""

from __future__ import annotations

import pytest

from tests.mixin.promtool import Case, Levels, Proof, Rules, Stretch, about
from tests.mutation.beside import UnsoundError
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.trial import alive_after, exams

RULES = Rules(
    [
        {
            "name": "signals",
            "rules": [{"record": "shop:requests:sum", "expr": "sum by (product) (requests)"}],
        },
        {
            "name": "alerts",
            "rules": [
                {"alert": "Busy", "expr": "shop:requests:sum > 10", "for": "1m", "labels": {"severity": "warning"}},
                {"alert": "Untested", "expr": "vector(7) > 5"},
            ],
        },
    ]
)
BUSY = {"product": "shop", "severity": "warning"}
REQUESTS: Levels = {'requests{product="shop",instance="1"}': 4.0, 'requests{product="shop",instance="2"}': 7.0}
OTHERS: Levels = {'requests{product="other",instance="1"}': 6.0, 'requests{product="other",instance="2"}': 4.0}
PROOF = Proof(
    "Busy", about("Busy"), [Case("busy", [Stretch(REQUESTS | OTHERS, 20)], {(45, "Busy"): [], (60, "Busy"): [BUSY]})]
)


def _alive(rules: Rules, *proofs: Proof, title: str) -> list[str]:
    tried = [mutant for mutant in mutants(rules) if mutant.title == title]
    assert tried
    return [mutant.what for mutant in alive_after(tried, exams(rules, proofs))]


def test_a_fault_that_a_proof_notices_does_not_survive() -> None:
    assert _alive(RULES, PROOF, title="Busy (warning)") == []


def test_a_fault_in_what_an_alert_depends_on_is_noticed_by_the_alert() -> None:
    assert _alive(RULES, PROOF, title="shop:requests:sum") == []


def test_every_fault_of_a_rule_that_nothing_proves_survives() -> None:
    faults = [mutant.what for mutant in mutants(RULES) if mutant.title == "Untested"]
    assert "> -> >=" in faults
    assert _alive(RULES, PROOF, title="Untested") == faults


def test_a_proof_that_asks_too_little_lets_a_fault_survive() -> None:
    lax = Proof("lax", about("Busy"), [Case("lax", PROOF.cases[0].stretches, {(60, "Busy"): [BUSY]})])
    alive = _alive(RULES, lax, title="Busy (warning)")
    assert {"1m -> 0s", "1m -> 30s"} <= set(alive)
    assert "1m -> 120s" not in alive
    assert _alive(RULES, lax, PROOF, title="Busy (warning)") == []


def test_a_rule_that_cannot_be_evaluated_is_noticed_and_hides_no_other() -> None:
    rule = {"record": "shop:load:ratio", "expr": "sum by (product) (requests) / sum by (product) (limits)"}
    broken, harmless = (
        Mutant(rule, "aggregation", expr, {**rule, "expr": expr})
        for expr in ("requests / on (product) limits", "sum by (product) (requests) / (sum by (product) (limits))")
    )
    rules = Rules([{"name": "signals", "rules": [rule]}])
    limits: Levels = {selector.replace("requests", "limits"): 2 * (value or 0) for selector, value in REQUESTS.items()}
    series = 'shop:load:ratio{product="shop"}'
    proof = Proof(
        "load",
        about("shop:load:ratio"),
        [Case("load", [Stretch(REQUESTS | limits, 4)], values={(30, series): {series: 0.5}})],
    )
    assert alive_after([broken, harmless], exams(rules, [proof])) == [harmless]


def test_nothing_is_learnt_from_a_proof_that_fails_without_a_fault() -> None:
    wrong = Proof("wrong", about("Busy"), [Case("wrong", [Stretch(REQUESTS, 20)], {(60, "Busy"): []})])
    with pytest.raises(UnsoundError):
        _alive(RULES, wrong, title="Busy (warning)")


def test_nothing_is_learnt_from_rules_that_promtool_refuses() -> None:
    rule = RULES.groups[1]["rules"][0]
    refused = Mutant(rule, "part", "nonsense", {**rule, "expr": "1 > 0"})
    with pytest.raises(UnsoundError):
        alive_after([refused], exams(RULES, [PROOF]))
