"""What a run says: figures for each kind of fault, and every survivor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from tests.mutation.equivalents import key
from tests.mutation.mutants import Mutant

ROW = "{:<12} {:>8} {:>8} {:>11} {:>10} {:>8}"


def lines(
    tried: Sequence[Mutant], alive: Sequence[Mutant], equivalents: Collection[tuple[str, str]], seconds: float
) -> Iterator[str]:
    """The table, then the survivors; equivalents count neither as killed nor as survivors."""
    every, same, escaped = (
        Counter(mutant.kind for mutant in some)
        for some in (tried, [each for each in alive if key(each) in equivalents], survivors(alive, equivalents))
    )
    yield ROW.format("kind", "mutants", "killed", "equivalent", "survivors", "score")
    for kind in sorted(every):
        yield _row(kind, every[kind], same[kind], escaped[kind])
    yield _row("all", every.total(), same.total(), escaped.total())
    yield f"{seconds:.0f} seconds"
    for mutant in survivors(alive, equivalents):
        yield f"survivor: {mutant.title}: {mutant.what}"
        yield f"  for {mutant.rule.get('for', '0s')}: {mutant.rule['expr']}"


def survivors(alive: Sequence[Mutant], equivalents: Collection[tuple[str, str]]) -> list[Mutant]:
    """Those that should have been noticed."""
    return [mutant for mutant in alive if key(mutant) not in equivalents]


def _row(kind: str, mutants: int, same: int, escaped: int) -> str:
    killed = mutants - same - escaped
    score = f"{killed / (killed + escaped):.1%}" if killed + escaped else "-"
    return ROW.format(kind, mutants, killed, same, escaped, score)
