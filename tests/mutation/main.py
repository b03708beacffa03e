"""Put one small fault after the other into the rules, and show that some test notices each."""

from __future__ import annotations

import argparse
import sys
from time import monotonic

from tests.mixin.conftest import ROOT, groups_of, product, without_texts
from tests.mixin.proofs import PROOFS
from tests.mutation.equivalents import listed, noticed, unknown
from tests.mutation.mutants import mutants
from tests.mutation.report import lines, survivors
from tests.mutation.trial import alive_after, exams
from vigie.render import render


def main() -> None:
    """Try every fault; ends with 1 when one survives, or when the list of equivalents is not true any more."""
    parser = argparse.ArgumentParser(prog="scripts/mutate-rules", description=__doc__)
    parser.add_argument("name", nargs="*", help="only rules whose name contains one of these")
    names = parser.parse_args().name
    begun = monotonic()
    rules = without_texts(groups_of(render(product(), ROOT)))
    every, equivalents = mutants(rules), listed()
    tried = [mutant for mutant in every if not names or any(name in mutant.title for name in names)]
    alive = alive_after(tried, exams(rules, PROOFS))
    wrong = [
        *(f"equivalents.yaml: no fault of the rules: {entry}" for entry in unknown(equivalents, every)),
        *(f"equivalents.yaml: a test notices it: {entry}" for entry in noticed(equivalents, tried, alive)),
    ]
    said = [*lines(tried, alive, equivalents, monotonic() - begun), *wrong]
    sys.stdout.write("\n".join(said) + "\n")
    sys.exit(1 if wrong or survivors(alive, equivalents) else 0)


if __name__ == "__main__":
    main()
