"""No fault in the rules goes unnoticed. Here a sample of them; `scripts/mutate-rules` tries them all."""

from __future__ import annotations

from tests.mixin.promtool import Rules
from tests.mixin.proofs import PROOFS
from tests.mutation.equivalents import key, listed, unknown
from tests.mutation.mutants import mutants
from tests.mutation.trial import alive_after, exams

SAMPLE = 10
"""Every tenth fault; which ones changes with the rules."""


def test_a_sample_of_faults_is_noticed(rules: Rules) -> None:
    equivalents = listed()
    real = [mutant for mutant in mutants(rules) if key(mutant) not in equivalents]
    assert [key(mutant) for mutant in alive_after(real[::SAMPLE], exams(rules, PROOFS))] == []


def test_every_fault_has_a_name_of_its_own(rules: Rules) -> None:
    names = [key(mutant) for mutant in mutants(rules)]
    assert len(set(names)) == len(names)


def test_every_fault_that_is_listed_is_one_of_these_rules(rules: Rules) -> None:
    assert unknown(listed(), mutants(rules)) == []


def test_every_rule_has_faults(rules: Rules) -> None:
    faulty = {id(mutant.of) for mutant in mutants(rules)}
    assert all(id(rule) in faulty for group in rules.groups for rule in group["rules"])
