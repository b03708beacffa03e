"""
Whose product runs, and where its messages go: what a `.env` comes to, in containers and without.

`VIGIE_PRODUCT` is the switch: without it the demo product runs. Only the standard library is used, for this is also
read inside a container.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

NAME = "VIGIE_PRODUCT"
APPLICATION = ("APP_URL", "FRONTEND_URL", "APP_METRICS_URL")
"""Where the application is; their defaults in `vigie.yaml` are the demo's."""
PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
_DEMO_KEY = "demo-routing-key-for-the-local-inbox"


def is_demo(team: Mapping[str, str]) -> bool:
    """Whether the demo product runs: the team's variables name no product."""
    return not team.get(NAME)


def refusal(team: Mapping[str, str], config: str, of_demo: Collection[str]) -> str | None:
    """
    Why the team's variables and the text of `vigie.yaml` do not go together, as one sentence; None if they do.

    `of_demo` are the variables that the demo sets to values of its own.
    """
    return _demo_refusal(team, config, of_demo) if is_demo(team) else _own_refusal(team, config)


def _demo_refusal(team: Mapping[str, str], config: str, of_demo: Collection[str]) -> str | None:
    theirs = next((name for name in (*APPLICATION, *of_demo) if team.get(name)), None)
    if theirs:
        return f".env says {theirs} but not {NAME}, without which the demo runs; add your product's name, {NAME}=shop"
    if f"${{{NAME}" not in config:
        return f"vigie.yaml names your product, but .env does not say {NAME}, without which the demo runs; set it there"
    return None


def _own_refusal(team: Mapping[str, str], config: str) -> str | None:
    lacking = next((name for name in APPLICATION if f"${{{name}:-" in config and not team.get(name)), None)
    if lacking:
        return f".env does not say {lacking}, which vigie.yaml uses; set it, or remove there what needs it"
    if team.get("GRAFANA_PASSWORD") == "admin":
        return "GRAFANA_PASSWORD is admin, which everybody tries first; choose another password in .env"
    return None


def pagerduty_url(team: Mapping[str, str], inbox: str) -> str:
    """Where pages go: to PagerDuty only with a key for it, else to the inbox at the URL `inbox`."""
    if team.get("PAGERDUTY_ROUTING_KEY") or team.get("PAGERDUTY_ROUTING_KEY_FILE"):
        return team.get("PAGERDUTY_URL") or PAGERDUTY
    return f"{inbox}/pagerduty/v2/enqueue"


def channel_files(team: Mapping[str, str], inbox: str) -> dict[str, str]:
    """Content of Alertmanager's secret files by name: the team's, and for a channel without one the inbox."""
    return {
        "pagerduty_routing_key": team.get("PAGERDUTY_ROUTING_KEY") or _DEMO_KEY,
        "slack_webhook_url": team.get("SLACK_WEBHOOK_URL") or f"{inbox}/slack/alerts",
    }
