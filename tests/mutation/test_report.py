"""What a run says."""

from __future__ import annotations

from tests.mutation.equivalents import noticed, unknown
from tests.mutation.mutants import Mutant
from tests.mutation.report import lines, survivors

RULE = {"alert": "Busy", "expr": "requests > 10", "for": "5m", "labels": {"severity": "warning"}}
KILLED, SAME, ALIVE = (
    Mutant(RULE, kind, what, {**RULE, "expr": expr})
    for kind, what, expr in (
        ("threshold", "10 -> 11", "requests > 11"),
        ("threshold", "10 -> 9", "requests > 9"),
        ("comparison", "> -> >=", "requests >= 10"),
    )
)
EVERY = [KILLED, SAME, ALIVE]
EQUIVALENTS = {("Busy (warning)", "10 -> 9")}


def test_survivors_are_listed_and_lower_the_score() -> None:
    table = list(lines(EVERY, [SAME, ALIVE], EQUIVALENTS, 61.4))
    assert [line.split() for line in table[:5]] == [
        ["kind", "mutants", "killed", "equivalent", "survivors", "score"],
        ["comparison", "1", "0", "0", "1", "0.0%"],
        ["threshold", "2", "1", "1", "0", "100.0%"],
        ["all", "3", "1", "1", "1", "50.0%"],
        ["61", "seconds"],
    ]
    assert table[5:] == ["survivor: Busy (warning): > -> >=", "  for 5m: requests >= 10"]


def test_equivalents_are_no_survivors() -> None:
    assert survivors([SAME, ALIVE], EQUIVALENTS) == [ALIVE]


def test_the_list_of_equivalents_must_be_true() -> None:
    assert noticed(EQUIVALENTS, EVERY, [SAME]) == []
    assert noticed(EQUIVALENTS, EVERY, [ALIVE]) == ["Busy (warning): 10 -> 9"]
    assert unknown(EQUIVALENTS, EVERY) == []
    assert unknown(EQUIVALENTS, [KILLED]) == ["Busy (warning): 10 -> 9"]
    assert noticed(EQUIVALENTS, [KILLED], []) == [], "of what was not tried nothing is known"
