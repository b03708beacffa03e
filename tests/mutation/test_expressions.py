"""The faults that an expression may have."""

from __future__ import annotations

import promql_parser as promql
import pytest

from tests.mutation.expressions import changes


def _faults(text: str, kind: str) -> list[str]:
    """As the parser writes them, without what it writes needlessly."""
    return [change.text.replace("{}", "").replace("  ", " ") for change in changes(text) if change.kind == kind]


@pytest.mark.parametrize(
    ("text", "kind", "faults"),
    [
        ("a > 0.05", "threshold", ["(a) > (0.0505)", "(a) > (0.0495)"]),
        ("a >= 30", "threshold", ["(a) >= (31)", "(a) >= (29)"]),
        ("a > 500", "threshold", ["(a) > (505)", "(a) > (495)"]),
        ("a > 0", "comparison", ["(a) >= (0)", "(a) < (0)"]),
        ("a == bool 0", "comparison", ["(a) != bool (0)", "(a) == (0)"]),
        ("60 * a", "number", ["(61) * (a)", "(59) * (a)"]),
        ("60 * a", "part", ["60", "a"]),
        ("a - b", "operator", ["(a) + (b)"]),
        ("a and b", "operator", ["(a) unless (b)", "(a) or (b)"]),
        ("a unless b", "part", ["a", "b"]),
        ("a and on (x, y) b", "matching", ["(a) and (b)", "(a) and on (y) (b)", "(a) and on (x) (b)"]),
        ("a and on (x) b", "matching", ["(a) and (b)", "(a) and on () (b)"]),
        ("sum by (x, y) (a)", "label", ["sum by (y)(a)", "sum by (x)(a)"]),
        ("sum by (x) (a)", "aggregation", ["avg by (x)(a)", "max by (x)(a)", "min by (x)(a)", "a"]),
        ("max_over_time(a[5m])", "range", ["max_over_time(a[2m30s])", "max_over_time(a[10m])"]),
        (
            "last_over_time(a[5m] offset 1h)",
            "function",
            [f"{other}_over_time(a[5m] offset 1h)" for other in ("max", "min", "avg")],
        ),
        ("last_over_time(a[5m] offset 1h)", "offset", ["last_over_time(a[5m])", "last_over_time(a[5m] offset 2h)"]),
        ("rate(a[5m])", "function", ["increase(a[5m])", "irate(a[5m])"]),
        ("clamp_min(a, 1)", "function", ["clamp_max(a, 1)", "a"]),
        ("round(a, 1e-6)", "rounding", ["a", "round(a, 0.001)"]),
        ('a{x="1",y!="2"}', "matcher", ['a{y!="2"}', 'a{x!="1",y!="2"}', 'a{x="1"}', 'a{x="1",y="2"}']),
        ('a{x=~"1|2"}', "matcher", ["a", 'a{x!~"1|2"}', 'a{x=~"2"}', 'a{x=~"1"}']),
    ],
)
def test_faults(text: str, kind: str, faults: list[str]) -> None:
    assert _faults(text, kind) == faults


EVERYTHING = """
round(
  sum by (product) (rate(a{job="app",status=~"5.."}[5m] offset 10m)) / on (product) (b - c > 0)
  or
  0 * b
, 1e-6)
"""


def test_every_fault_is_promql_of_its_own() -> None:
    texts = [change.text for change in changes(EVERYTHING)]
    assert len({*texts, str(promql.parse(EVERYTHING))}) == len(texts) + 1
    assert [str(promql.parse(text)) for text in texts] == texts


def test_every_fault_has_a_name_of_its_own() -> None:
    names = [change.what for change in changes(EVERYTHING)]
    assert len(set(names)) == len(names)
    assert {"0 -> 1", "0 -> 1 (#2)"} <= set(names)


def test_operands_stay_together_when_the_operator_between_them_changes() -> None:
    assert "(a * b) / ((c) * (d))" not in _faults("a * b + c * d", "operator")
    assert "(a * b) - (c * d)" in _faults("a * b + c * d", "operator")
    assert "((a) / (b)) + (c * d)" in _faults("a * b + c * d", "operator")


def test_what_cannot_be_is_no_fault() -> None:
    """A comparison of two numbers is not PromQL."""
    assert "(1) > (0)" not in [change.text for change in changes("1 * a > 0")]
