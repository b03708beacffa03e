"""What a rendering does that its author would not expect: one sentence each, which begins with the key to look at."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from vigie.config.channels import Channels
from vigie.config.model import Product


def warnings(product: Product, alerts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """
    Every warning about a product.

    Args:
        product: What `vigie.yaml` says.
        alerts: By the names that `thresholds` takes: `alertSettings` of the mixin.
    """
    yield from _idle_thresholds(product, alerts)
    yield from _unreachable_thresholds(alerts)
    yield from _dead_links(product)
    yield from _doubled_escalation(product)


def _idle_thresholds(product: Product, alerts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Thresholds that somebody chose for an alert that is left out, because nothing gives its number."""
    for name in product.thresholds:
        if alerts[name]["isIdle"]:
            keys = " or ".join(f"`{key}`" for key in alerts[name]["keys"])
            why = f"{keys} is off; turn it on" if keys else f"`numbers.http: {product.numbers.http}` cannot tell it"
            yield f"thresholds.{name}: the alert is left out, for {why}, or remove this threshold"


def _unreachable_thresholds(alerts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Thresholds beyond the greatest value that there can be."""
    for name, alert in alerts.items():
        if not alert["isIdle"] and alert["greatest"] is not None and (alert["warning"] or 0) >= alert["greatest"]:
            yield (
                f"thresholds.{name}: warns above {alert['warning']:g}, but with this `slo` the value is at most "
                f"{alert['greatest']:g}, so it never fires; lower the threshold or raise the goal"
            )


def _doubled_escalation(product: Product) -> Iterator[str]:
    """Two escalations of one alert, of which an acknowledgement in PagerDuty stops one."""
    channels = product.channels
    if channels.escalation and channels.pagerduty and channels.pagerduty.policy:
        yield "channels.escalation: PagerDuty escalates too, by `channels.pagerduty.policy`; two are one too many"


def _dead_links(product: Product) -> Iterator[str]:
    """Links to this machine in messages that people read on another."""
    if product.environment != "production" or not _leaves_this_machine(product.channels):
        return
    dead = [name for name, url in product.links.model_dump().items() if _is_this_machine(url)]
    if dead:
        keys = ", ".join(f"`links.{name}`" for name in dead)
        yield (
            f"links: messages would lead people to this machine ({keys}); "
            "write the addresses under which they reach it, such as https://grafana.example.com"
        )


def _leaves_this_machine(channels: Channels) -> bool:
    """Whether somebody is told elsewhere; where a webhook in a file leads is not known, so it counts as elsewhere."""
    addresses = [channels.pagerduty.url] if channels.pagerduty else []
    addresses += [f"smtp://{channels.email.smarthost}"] if channels.email else []
    other = (channels.slack, channels.sms, channels.security, channels.finance, *channels.escalation)
    return any(other) or not all(map(_is_this_machine, addresses))


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified
