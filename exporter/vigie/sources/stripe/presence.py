"""
When Vigie was not there to take what Stripe pushed.

Stripe says how many endpoints have not taken an event, not which. What Vigie's own endpoint missed while Vigie was
restarted must not look as if the product had missed it.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from vigie.core.state import Batch, State
from vigie.sources.stripe.journal import NAME
from vigie.sources.stripe.progress import DAY
from vigie.sources.stripe.wire import Undelivered

_ITEM = "presence"
_KEPT = 3 * DAY
"""Seconds for which Stripe tries to deliver."""
_MARGIN = 10
"""Seconds by which an absence may have been longer than the polls beside it tell."""


class Presence(Struct):
    """
    When Vigie was there.

    Attributes:
        seen: The last poll.
        absences: From the last poll before a stop to the first poll after it, in Unix time.
    """

    seen: float | None = None
    absences: list[tuple[float, float]] = []

    def excuses(self, event: Undelivered) -> bool:
        """Whether the one endpoint that has not taken the event can be Vigie's own."""
        missed = (start - _MARGIN <= event.created <= end + _MARGIN for start, end in self.absences)
        return event.pending_webhooks == 1 and any(missed)


def note(state: State, now: float, *, first: bool) -> Presence:
    """Note a poll at `now`, the `first` since a start or not. Blocks."""
    text = state.items(NAME).get(_ITEM)
    before = msgspec.json.decode(text, type=Presence) if text else Presence()
    absences = [absence for absence in before.absences if absence[1] >= now - _KEPT]
    if first and before.seen is not None:
        absences.append((before.seen, now))
    presence = Presence(now, absences)
    state.ingest(NAME, Batch([], {_ITEM: msgspec.json.encode(presence).decode()}))
    return presence
