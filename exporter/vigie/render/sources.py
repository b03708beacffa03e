"""Sources that `vigie.yaml` names and that are off here: what becomes of their rules and dashboards."""

from __future__ import annotations

from vigie.config.load import Configuration


def kept(configuration: Configuration) -> frozenset[str]:
    """
    Those that are rendered all the same: their settings say `enabled: true` outright.

    So a machine that has none of the secrets, such as a CI job, renders what the one that watches does.
    """
    named = configuration.document.data.get("sources") or {}
    return frozenset(name for name in configuration.off if (named[name] or {}).get("enabled") is True)


def left_out(configuration: Configuration) -> str | None:
    """The sentence that names those of which nothing is rendered, or None."""
    off = {name: why for name, why in configuration.off.items() if name not in kept(configuration)}
    if not off:
        return None
    names = ", ".join(f"{name} ({why})" for name, why in off.items())
    return f"no rules and dashboards for what is off: {names}; `enabled: true` keeps them where a secret is not at hand"
