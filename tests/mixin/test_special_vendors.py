"""Alerts on business and on vendors whose promise is more than a boundary."""

from __future__ import annotations

from pathlib import Path

from tests.mixin.levels import vigie
from tests.mixin.levels_vendors import cancelled, endpoints, guesses, signups, undelivered
from tests.mixin.promtool import STEP, Case, Labels, Levels, Proof, Rules, Stretch, about, each_of
from tests.mixin.recorded_vendors import BLACKBOX

WARNING = {"product": "shop", "severity": "warning"}
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


def _case(alert: str, promise: str, stretches: list[Stretch], fires: dict[int, list[Labels]]) -> Case:
    return Case(promise, stretches, {(at, alert): labels for at, labels in fires.items()})


def _proof(alert: str, promise: str, stretches: list[Stretch], fires: dict[int, list[Labels]]) -> Proof:
    return Proof(f"{alert}: {promise}", about(alert), [_case(alert, promise, stretches, fires)])


def _without(levels: Levels, metric: str) -> Levels:
    """The same, but what this metric showed is not known any more."""
    return {selector: None if selector.startswith(f"{metric}{{") else level for selector, level in levels.items()}


def _certificate(promise: str, selector: str, labels: Labels) -> Proof:
    """At 1200 s exactly 14 days are left; from the next evaluation on it takes a quarter of an hour."""
    ends: Levels = {selector: 14 * DAY + 1200}
    other: Levels = {selector.replace('product="shop"', 'product="other"'): 90 * DAY}
    elsewhere: Levels = {selector.replace('job="', 'job="not-'): DAY}
    beside = other | elsewhere
    alert: list[Labels] = [{**CERTIFICATE, **labels}]
    gap = Stretch(beside, 1)
    renewed: Levels = {selector: 90 * DAY}
    watched = [Stretch(ends | beside, 90), gap, Stretch(ends | beside, 109)]
    fires = {2100: [], 2115: alert, 2985: alert}
    cases = [
        _case("CertificateExpiry", promise, [*watched, Stretch(renewed | beside, 20)], fires | {3000: []}),
        _case("CertificateExpiry", promise, [*watched, Stretch(beside, 20)], fires | {3090: alert, 3105: []}),
    ]
    return Proof(f"CertificateExpiry: {promise}", about("CertificateExpiry"), cases)


UNDELIVERED: list[Labels] = [PAYMENTS | {"pattern": "undelivered"}]
DISABLED: list[Labels] = [PAYMENTS | {"pattern": "disabled", "endpoint": "we_2"}]
ACCEPTED = 9 * STEP + DAY
"""A day after the last time that the endpoint was enabled."""

OTHERS_BACKLOG: Levels = {
    vigie("stripe_webhook_newest_undelivered_timestamp_seconds", instance="vigie:2"): -600,
    vigie("stripe_webhook_newest_undelivered_timestamp_seconds").replace('job="vigie"', 'job="elsewhere"'): 1e9,
}
"""What a Vigie shows that knows less, and another job."""
CHURN: list[Labels] = [
    PAYMENTS | {"class": "business", "owner": "product", "severity": severity} for severity in ("critical", "warning")
]
SIGNUPS: list[Labels] = [
    {
        "component": "signups",
        "class": "business",
        "owner": "product",
        "source": "postgres",
        "product": "shop",
        "severity": severity,
    }
    for severity in ("critical", "warning")
]
BREACH: list[Labels] = [
    {
        "component": "auth",
        "class": "intrusion",
        "owner": "backend",
        "source": "supabase",
        "audience": "security",
        "pattern": "above normal",
        "product": "shop",
        "severity": "critical",
    }
]
ANOTHER: Levels = {
    selector.replace('product="shop"', 'product="other"'): level for selector, level in cancelled(10, 10).items()
}
"""Another product, where as many leave as usual."""

PROOFS = [
    _certificate("of a probed page", BLACKBOX, {"source": "blackbox", "probe": "api"}),
    _certificate(
        "that a monitor outside sees", MONITOR, {"source": "uptime", "provider": "betterstack", "monitor": "web"}
    ),
    _proof(
        "PaymentSystemDown",
        # until one hour after the newest undelivered event they still fail; two minutes are for missed scrapes
        "a backlog of webhooks that is worked off pages nobody",
        [Stretch(undelivered(400, newest=0) | OTHERS_BACKLOG, 300)],
        {285: [], 300: UNDELIVERED, 3705: UNDELIVERED, 3720: []},
    ),
    _proof(
        "PaymentSystemDown",
        "an endpoint that stays disabled is accepted after a day",
        [Stretch(endpoints(1, 1), 10), Stretch(endpoints(1, 0), DAY // STEP + 40)],
        {450: DISABLED, ACCEPTED + 90: DISABLED, ACCEPTED + 120: []},
    ),
    _proof(
        "PaymentSystemDown",
        "an endpoint that was never enabled pages nobody",
        [Stretch(endpoints(1, 0), 60)],
        {885: []},
    ),
    _proof(
        "ChurnSpike",
        "four that leave say nothing, whoever else is left",
        [Stretch(cancelled(4, 1) | ANOTHER, 100)],
        {900: [], 1485: []},
    ),
    _proof(
        "ChurnSpike",
        "five that leave say it all as soon as there are five",
        [Stretch(cancelled(4, 1), 20), Stretch(cancelled(5, 1), 80)],
        {1185: [], 1200: CHURN[1:]},
    ),
    _proof(
        "ChurnSpike",
        "many that leave at once say it all at once",
        [Stretch(cancelled(0, 1), 20), Stretch(cancelled(6, 1), 80)],
        {1185: [], 1200: CHURN},
    ),
    _proof(
        "ChurnSpike",
        "it ends as soon as there are four",
        [Stretch(cancelled(50, 1), 80), Stretch(cancelled(4, 1), 10)],
        {1185: CHURN, 1200: []},
    ),
    _proof(
        "ChurnSpike",
        "it outlives what is usual by two minutes",
        [Stretch(cancelled(50, 1), 80), Stretch(_without(cancelled(50, 1), "stripe_subscription_churn_baseline"), 20)],
        {1290: CHURN, 1305: []},
    ),
    _proof(
        "SignupsDrop",
        "it outlives the number of sign-ups by two minutes",
        [Stretch(signups(0, 1000), 140), Stretch(_without(signups(0, 1000), "supabase_signups"), 20)],
        {2190: SIGNUPS, 2205: []},
    ),
    _proof(
        "SignupsDrop",
        "it ends as soon as too few are usual",
        [Stretch(signups(0, 1000), 140), Stretch(signups(0, 19), 20)],
        {2085: SIGNUPS, 2100: []},
    ),
    _proof(
        "SignupsDrop",
        "it begins as soon as enough are usual",
        [Stretch(signups(0, 19), 20), Stretch(signups(0, 20), 140)],
        {2085: [], 2100: SIGNUPS},
    ),
    _proof(
        "SecurityBreach",
        "it begins as soon as there are many guesses",
        [Stretch(guesses(99, 0), 20), Stretch(guesses(100, 0), 20)],
        {285: [], 300: BREACH},
    ),
    _proof(
        "SecurityBreach",
        "it ends as soon as there are few guesses",
        [Stretch(guesses(5000, 100), 20), Stretch(guesses(99, 0), 20)],
        {285: BREACH, 300: []},
    ),
    _proof(
        "SecurityBreach",
        "it outlives what is usual by two minutes",
        [
            Stretch(guesses(5000, 100), 20),
            Stretch(_without(guesses(5000, 100), "supabase_auth_failures_recent_baseline"), 20),
        ],
        {390: BREACH, 405: []},
    ),
]


@each_of(PROOFS)
def test_special(proof: Proof, rules: Rules, tmp_path: Path) -> None:
    proof.verify(rules, tmp_path)
