"""Where each part listens on loopback, natively and as published by compose."""

from __future__ import annotations

from collections.abc import Mapping

PORTS = {
    "vigie": 9847,
    "prometheus": 9090,
    "alertmanager": 9093,
    "blackbox": 9115,
    "node": 9100,
    "grafana": 3000,
    "inbox": 8025,
    "app": 8000,
    "vendors": 8100,
    "redis": 16379,
    "postgres": 15432,
}
"""Unless `VIGIE_PORT_<NAME>` says otherwise; Redis and PostgreSQL keep off the ports where the machine's own may be."""
SHOWN = ("vigie", "prometheus", "alertmanager", "blackbox", "grafana", "app", "inbox")
"""Parts whose URLs people and scripts are given."""
_LAST = 65535


def port(name: str, environment: Mapping[str, str]) -> int:
    """
    The port of a part.

    Raises:
        ValueError: The variable holds something else; the message is one sentence for the user.
    """
    variable = f"VIGIE_PORT_{name.upper()}"
    text = environment.get(variable) or str(PORTS[name])
    if not text.isdecimal() or not 0 < int(text) <= _LAST:
        raise ValueError(f"{variable} is {text!r}; expected a port number from 1 to {_LAST}")
    return int(text)
