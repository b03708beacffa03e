"""Alerts on business, on vendors and on stuck workers whose promise is more than a boundary."""

from __future__ import annotations

from pathlib import Path

from tests.mixin.levels import ended, vigie, waiting, workers
from tests.mixin.levels_vendors import (
    endpoints,
    undelivered,
)
from tests.mixin.promtool import STEP, Case, Labels, Levels, Proof, Rules, Stretch, about, each_of
from tests.mixin.recorded_vendors import BLACKBOX

WARNING = {"product": "shop", "severity": "warning"}
STUCK = WARNING | {"component": "jobs", "class": "availability", "owner": "backend", "source": "celery"}
CERTIFICATE = WARNING | {"component": "site", "class": "expiry", "owner": "platform"}
PAYMENTS = {
    "component": "payments",
    "class": "availability",
    "owner": "backend",
    "source": "stripe",
    "product": "shop",
    "severity": "critical",
}
DAY = 86_400
MONITOR = vigie("uptime_monitor_certificate_expiry_timestamp_seconds", provider="betterstack", monitor="web")
PROCESSED = vigie("vigie_celery_worker_processed_total", hostname="w1")


def _growing(first: int, step: int, beside: Levels, gap: int | None = None) -> list[Stretch]:
    """A queue that has 5 jobs for a quarter of an hour and grows then."""
    growth = [Stretch(waiting(5 + first + step * n) | beside, 1) for n in range(120)]
    if gap is not None:
        growth[gap] = Stretch(None, 1)
    return [Stretch(waiting(5) | beside, 60), *growth]


def _stuck(promise: str, fires: dict[int, bool], *timelines: list[Stretch]) -> Proof:
    firing: dict[tuple[int, str], list[Labels]] = {
        (at, "StuckWorkers"): [STUCK] if there else [] for at, there in fires.items()
    }
    cases = [Case(promise, stretches, firing) for stretches in timelines]
    return Proof(f"StuckWorkers: {promise}", about("StuckWorkers"), cases)


def _payments(promise: str, stretches: list[Stretch], fires: dict[int, list[Labels]]) -> Proof:
    case = Case(promise, stretches, {(at, "PaymentSystemDown"): labels for at, labels in fires.items()})
    return Proof(f"PaymentSystemDown: {promise}", about("PaymentSystemDown"), [case])


def _growth() -> Proof:
    series = 'product:celery_queue_growth:delta10m{product="shop"}'
    case = Case("growth", _growing(2, 2, {}), values={(2400, series): {series: 80}, (885, series): {series: 0}})
    return Proof("growth is that of ten minutes", about("product:celery_queue_growth:delta10m"), [case])


def _certificate(promise: str, selector: str, labels: Labels) -> Proof:
    """At 1200 s exactly 14 days are left; from the next evaluation on it takes a quarter of an hour."""
    ends: Levels = {selector: 14 * DAY + 1200}
    other: Levels = {selector.replace('product="shop"', 'product="other"'): 90 * DAY}
    elsewhere: Levels = {selector.replace('job="', 'job="not-'): DAY}
    beside = other | elsewhere
    alert: list[Labels] = [{**CERTIFICATE, **labels}]
    gap = Stretch(beside, 1)
    renewed: Levels = {selector: 90 * DAY}
    case = Case(
        promise,
        [
            Stretch(ends | beside, 90),
            gap,
            Stretch(ends | beside, 109),
            Stretch(renewed | beside, 20),
        ],
        {
            (1200 + 900, "CertificateExpiry"): [],
            (1215 + 900, "CertificateExpiry"): alert,
            (199 * STEP, "CertificateExpiry"): alert,
            (200 * STEP, "CertificateExpiry"): [],
        },
    )
    return Proof(f"CertificateExpiry: {promise}", about("CertificateExpiry"), [case])


NOTHING_DONE = workers(1, 1) | ended(0, 0)
UNDELIVERED: list[Labels] = [PAYMENTS | {"pattern": "undelivered"}]
DISABLED: list[Labels] = [PAYMENTS | {"pattern": "disabled", "endpoint": "we_2"}]
ACCEPTED = 9 * STEP + DAY
"""A day after the last time that the endpoint was enabled."""

PROOFS = [
    _stuck(
        "workers that finish nothing while the queue grows are stuck",
        {900: False, 1485: False, 1500: True, 2685: True},
        _growing(1, 1, NOTHING_DONE),
    ),
    _stuck(
        "a missed scrape frees no stuck worker",
        {1485: False, 1500: True, 1800: True, 1815: True},
        _growing(1, 1, NOTHING_DONE, gap=20),
    ),
    _stuck(
        "workers that finish something are not stuck",
        {1500: False, 2685: False},
        _growing(1, 1, workers(1, 1) | ended(0.01, 0)),
        _growing(1, 1, workers(1, 1) | ended(0, 0.01)),
    ),
    _stuck("a queue that does not grow is not stuck", {1500: False, 2685: False}, _growing(0, 0, NOTHING_DONE)),
    _growth(),
    _stuck(
        "a batch that was put in at once is not stuck",
        {1485: False, 1500: False, 1515: False},
        _growing(7, 0, NOTHING_DONE),
    ),
    _stuck(
        "where no worker is up none is stuck",
        {1500: False, 2685: False},
        _growing(1, 1, workers(0, 0) | ended(0, 0)),
    ),
    _stuck(
        "without task events the heartbeats tell that nothing is done",
        {1485: False, 1500: True},
        _growing(1, 1, workers(1, 1) | {PROCESSED: 0}),
    ),
    _stuck(
        "without task events the heartbeats tell that something is done",
        {1500: False, 2685: False},
        _growing(1, 1, workers(1, 1) | {PROCESSED: 0.01}),
    ),
    _certificate("of a probed page", BLACKBOX, {"source": "blackbox", "probe": "api"}),
    _certificate(
        "that a monitor outside sees", MONITOR, {"source": "uptime", "provider": "betterstack", "monitor": "web"}
    ),
    _payments(
        # until one hour after the newest undelivered event they still fail; two minutes are for missed scrapes
        "a backlog of webhooks that is worked off pages nobody",
        [Stretch(undelivered(400, newest=0), 300)],
        {285: [], 300: UNDELIVERED, 3705: UNDELIVERED, 3720: []},
    ),
    _payments(
        "an endpoint that stays disabled is accepted after a day",
        [Stretch(endpoints(1, 1), 10), Stretch(endpoints(1, 0), DAY // STEP + 40)],
        {450: DISABLED, ACCEPTED + 90: DISABLED, ACCEPTED + 120: []},
    ),
    _payments("an endpoint that was never enabled pages nobody", [Stretch(endpoints(1, 0), 60)], {885: []}),
]


@each_of(PROOFS)
def test_special(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
