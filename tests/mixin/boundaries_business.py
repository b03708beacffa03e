"""Where the alerts on sign-ins, on business and on models begin and end."""

from __future__ import annotations

from collections.abc import Sequence

from tests.mixin.levels import scaled
from tests.mixin.levels_vendors import (
    answered,
    calls,
    cancelled,
    endpoints,
    guesses,
    payments,
    recent,
    refused,
    runs,
    signups,
    tokens,
    undelivered,
)
from tests.mixin.promtool import Levels
from tests.mixin.row import Row, Side

AUTH = {"component": "auth", "owner": "backend", "source": "supabase"}
BREACH = AUTH | {"class": "intrusion", "audience": "security"}
PAYMENTS = {"component": "payments", "owner": "backend", "source": "stripe"}
LLM = {"component": "llm", "owner": "backend", "source": "langsmith"}
SIGNUPS = {"component": "signups", "owner": "product", "source": "postgres", "class": "business"}


def _breach(pattern: str, side: Side, *, far: Levels, quiet: Levels, few: Sequence[Levels] = ()) -> Row:
    """The row of a pattern of an attack: it pages at once."""
    return Row(
        "SecurityBreach",
        BREACH | {"pattern": pattern},
        quiet=quiet,
        far=far,
        sides={"critical": side},
        window=0,
        lasting=0,
        few=few,
        name=f"SecurityBreach: {pattern}",
    )


def _most(pattern: str, metric: str, threshold: float, **labels: str) -> Row:
    at, beyond, far, quiet = (
        recent(metric, value, **labels) for value in (threshold, threshold + 1, threshold * 10 + 10, 0)
    )
    return _breach(pattern, Side(at, beyond), far=far, quiet=quiet)


SLOW = answered(s2=0, s5=100)
SLOWEST = answered(s10=0, s15=100)

ROWS = (
    Row(
        "AuthFailures",
        AUTH | {"class": "abuse"},
        quiet=refused(0, sessions=1000),
        far=refused(1000, sessions=1000),
        sides={
            "warning": Side(refused(12.5, sessions=1000), refused(12.501, sessions=1000), seen=15, ends=285),
            "critical": Side(refused(50, sessions=1000), refused(50.01, sessions=1000), seen=30, ends=285),
        },
        window=300,
        lasting=300,
    ),
    _most("one account", "account_failures_max", 30),
    _most("one address", "address_failures_max", 100),
    _most("many accounts", "address_accounts_max", 10),
    _most("entered", "entered_after_failures", 0, by="account"),
    _breach(
        "above normal",
        Side(guesses(1000, 100), guesses(1001, 100)),
        far=guesses(5000, 100),
        quiet=guesses(100, 100),
        few=(guesses(99, 0), guesses(100, 0)),
    ),
    Row(
        "PaymentFailures",
        PAYMENTS | {"class": "errors"},
        quiet=payments(100, 0),
        far=payments(100, 100),
        sides={
            "warning": Side(payments(100, 10), payments(100, 10.01), seen=375, ends=3240),
            "critical": Side(payments(100, 30), payments(100, 30.01), seen=1095, ends=2520),
        },
        window=3600,
        lasting=300,
        few=(payments(0.0394, 0.0394), payments(0.0397, 0.0397)),
    ),
    Row(
        "PaymentSystemDown",
        PAYMENTS | {"class": "availability", "pattern": "undelivered"},
        quiet=undelivered(0),
        far=undelivered(400),
        sides={"critical": Side(undelivered(0), undelivered(1))},
        window=0,
        lasting=300,
    ),
    Row(
        "PaymentSystemDown",
        PAYMENTS | {"class": "availability", "pattern": "disabled", "endpoint": "we_2"},
        quiet=endpoints(1, 1),
        far=endpoints(1, 0),
        sides={"critical": Side(endpoints(1, 1), endpoints(1, 0))},
        window=0,
        lasting=300,
        name="PaymentSystemDown: an endpoint is disabled",
    ),
    Row(
        "SignupsDrop",
        SIGNUPS,
        quiet=signups(1000, 1000),
        far=signups(0, 1000),
        sides={
            "warning": Side(signups(500, 1000), signups(499, 1000)),
            "critical": Side(signups(200, 1000), signups(199, 1000)),
        },
        window=0,
        lasting=1800,
        few=(signups(0, 19), signups(0, 20)),
    ),
    Row(
        "ChurnSpike",
        PAYMENTS | {"class": "business", "owner": "product"},
        quiet=cancelled(10, 10),
        far=cancelled(100, 10),
        sides={
            "warning": Side(cancelled(20, 10), cancelled(21, 10)),
            "critical": Side(cancelled(50, 10), cancelled(51, 10)),
        },
        window=0,
        lasting=900,
    ),
    Row(
        "LLMSlowMedian",
        LLM | {"class": "latency"},
        quiet=answered(s1=100),
        far=SLOW,
        sides={"warning": Side(answered(s2=50, s5=100), answered(s2=49.9, s5=100), seen=300, ends=300)},
        window=585,
        lasting=300,
        few=(scaled(SLOW, 0.00485), scaled(SLOW, 0.0049)),
    ),
    Row(
        "LLMSlowTail",
        LLM | {"class": "latency"},
        quiet=answered(s1=100),
        far=SLOWEST,
        sides={"warning": Side(answered(s10=95, s15=100), answered(s10=94.9, s15=100), seen=30, ends=570)},
        window=585,
        lasting=300,
        few=(scaled(SLOWEST, 0.00985), scaled(SLOWEST, 0.0099)),
    ),
    Row(
        "LLMCostPerRequest",
        LLM | {"class": "cost"},
        quiet=runs(100),
        far=runs(100, dollars=100),
        sides={"warning": Side(runs(100, dollars=10), runs(100, dollars=10.01), seen=75, ends=540)},
        window=600,
        lasting=300,
        few=(runs(0.485, dollars=0.485), runs(0.49, dollars=0.49)),
    ),
    Row(
        "LLMErrors",
        LLM | {"class": "errors"},
        quiet=runs(100),
        far=runs(100, errors=100),
        sides={"warning": Side(runs(100, errors=5), runs(100, errors=5.01), seen=45, ends=570)},
        window=600,
        lasting=300,
        few=(runs(0.485, errors=0.485), runs(0.49, errors=0.49)),
    ),
    Row(
        "LLMAPIErrors",
        LLM | {"class": "errors"},
        quiet=calls(100),
        far=calls(100, errors=100),
        sides={"warning": Side(calls(100, errors=10), calls(100, errors=10.01), seen=75, ends=540)},
        window=600,
        lasting=300,
        few=(calls(0.485, errors=0.485), calls(0.49, errors=0.49)),
    ),
    Row(
        "LLMTokenBudget",
        LLM | {"class": "cost", "audience": "finance", "project": "chat"},
        quiet=tokens(0),
        far=tokens(2000),
        sides={"warning": Side(tokens(800), tokens(801))},
        window=0,
        lasting=0,
    ),
)
