"""Which faults no proof notices."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path
from typing import Any

from tests.mixin.promtool import Proof, Rules, complaints
from tests.mutation.beside import Numbered, blamed, concerned, copies, cut_short, questions, touched
from tests.mutation.mutants import Mutant, Rule

AT_ONCE = 60
"""Mutants that one run of promtool tells of."""


@dataclass(frozen=True, slots=True)
class Exam:
    """One timeline and the rules that it is about, evaluated so many times every `step` seconds."""

    rules: Rules
    document: dict[str, Any]
    step: int
    evaluations: int

    def asks_about(self, original: Rule) -> bool:
        """Whether a fault of this rule could be noticed."""
        here = any(rule is original for group in self.rules.groups for rule in group["rules"])
        return here and concerned(self.document, touched(self.rules, original))

    def survivors(self, faulty: Numbered, folder: Path) -> Numbered:
        """Those mutants of one rule that it does not notice."""
        alive = dict(faulty)
        names = touched(self.rules, next(iter(alive.values())).of)
        while alive:
            asked = questions(self.document, names, alive)
            said = complaints(copies(self.rules, names, alive), [asked], self.step, folder)
            alive = {number: alive[number] for number in sorted(alive.keys() - blamed(said))}
            if not cut_short(said):
                break
        return alive


def exams(rules: Rules, proofs: Iterable[Proof]) -> list[Exam]:
    """Every timeline of the proofs, the quickest first."""
    found = []
    for proof in proofs:
        about = proof.about(rules)
        for case in proof.cases:
            last = max(at for at, _ in [*case.firing, *case.values])
            found.append(Exam(about, case.document(), case.step, last // case.step))
    return sorted(found, key=lambda exam: exam.evaluations)


def alive_after(some: Sequence[Mutant], available: Sequence[Exam]) -> list[Mutant]:
    """Those that no exam notices; as many at a time as there are processors."""
    by_rule: dict[int, list[Mutant]] = {}
    for mutant in some:
        by_rule.setdefault(id(mutant.of), []).append(mutant)
    batches = [each[start : start + AT_ONCE] for each in by_rule.values() for start in range(0, len(each), AT_ONCE)]
    with ThreadPoolExecutor(cpu_count()) as pool:
        results = pool.map(lambda batch: _survivors(batch, available), batches)
        return [mutant for result in results for mutant in result]


def _survivors(batch: Sequence[Mutant], available: Sequence[Exam]) -> list[Mutant]:
    alive: Numbered = dict(enumerate(batch))
    with tempfile.TemporaryDirectory() as folder:
        for exam in available:
            if alive and exam.asks_about(batch[0].of):
                alive = exam.survivors(alive, Path(folder))
    return list(alive.values())
