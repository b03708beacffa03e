"""Several Vigies that watch the same count once, and the best informed of them wins."""

from __future__ import annotations

from pathlib import Path

from tests.mixin.levels_vendors import page
from tests.mixin.promtool import Case, Levels, Proof, Rules, Stretch, about, each_of
from tests.mixin.recorded_vendors import one
from tests.mixin.test_recorded import RECORDED, asked

APART = {"product:celery_task_finished:rate10m", "product:celery_events_lost:increase15m"}
"""What is added up over all Vigies, because each may have seen what the others have not."""

BLIND = dict.fromkeys(
    ("product_source:vigie_source_budget_remaining:min", "product_page:certificate_remaining_days:min"), 2.0
) | {"product:redis_keeps_keys:max": None}
"""By recorded series: what a Vigie that knows less shows, as a factor of what it should; 0 where nothing is said."""


def _seen(levels: Levels, by: str, factor: float | None = 1) -> Levels:
    """The levels as another Vigie shows them."""
    return {
        selector.replace('instance="vigie:1"', f'instance="{by}"'): None
        if level is None or factor is None
        else level * factor
        for selector, level in levels.items()
        if 'instance="vigie:1"' in selector
    }


def _twins(record: str, levels: Levels, recorded: dict[str, float], what: str = "") -> Proof:
    watched = levels | _seen(levels, "vigie:2") | _seen(levels, "vigie:3", BLIND.get(record, 0))
    name = f"{record}{what} seen by three"
    return Proof(name, about(record), [Case(name, [Stretch(watched, 81)], values={(1200, asked(record)): recorded})])


OUTAGES = "product_vendor:vendor_outages:max"
PROOFS = [
    *(
        _twins(record, levels, recorded)
        for record, (levels, recorded) in RECORDED.items()
        if _seen(levels, "vigie:2") and record not in APART
    ),
    _twins(OUTAGES, page(0, whole=1), {one(OUTAGES, vendor="stripe"): 1}, " of a whole page"),
]


@each_of(PROOFS)
def test_twins(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
