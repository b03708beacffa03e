"""What `vigie check` found out about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["source", "app", "probe", "thresholds"]
"""What a finding is about: a key below `sources`, an address of `app.metrics`, one of `probes`, or `thresholds`."""
Verdict = Literal["ok", "warning", "partly", "failed", "off"]
"""
`ok`: as it should be. `warning`: read, and something about it will surprise. `partly`: not read in full. `failed`: not
read. `off`: not asked, and the sentence says why.
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """
    How one thing stands.

    Attributes:
        kind: What kind of thing it is.
        name: Its name in `vigie.yaml`.
        verdict: How it stands.
        sentences: What was found and what to do, the most important first; they may hold secrets until they are shown.
        seconds: How long it took, or None where nothing was asked.
    """

    kind: Kind
    name: str
    verdict: Verdict
    sentences: tuple[str, ...]
    seconds: float | None = None
