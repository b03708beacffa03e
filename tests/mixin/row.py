"""
What is promised of one alert.

Levels are what series show (gauges) or grow by in 15 seconds (counters). Every timeline begins with `Row.quiet`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.mixin.promtool import STEP, Labels, Levels


@dataclass(frozen=True, slots=True)
class Side:
    """
    One severity of an alert.

    Attributes:
        at: Exactly the threshold, where it must not fire.
        beyond: The least bit beyond it.
        seen: Seconds until `Row.far` is beyond this side's threshold.
        ends: Seconds after the return of `quiet` until this side ends.
    """

    at: Levels
    beyond: Levels
    seen: int = 0
    ends: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """
    One alert.

    Attributes:
        alert: Its name.
        labels: Of the alert, without its name, product and severity.
        quiet: A product that is well.
        far: One that is not well at all.
        sides: By severity.
        window: Seconds until a level fills the window, so that `beyond` is seen; 0 for a gauge.
        lasting: Its `for`, in seconds.
        few: Everything is bad but there are too few events to say so, and then just enough of them; they are rounded.
        decoys: What another job shows; must not count.
    """

    alert: str
    labels: Labels
    quiet: Levels
    far: Levels
    sides: Mapping[str, Side]
    window: int
    lasting: int
    few: Sequence[Levels] = ()
    decoys: Levels | None = None
    name: str = ""

    @property
    def long(self) -> int:
        """Steps that outlast its window and its `for`."""
        return max(64, (self.window + self.lasting) // STEP + 4)

    @property
    def id(self) -> str:
        """What the test is called."""
        return self.name or self.alert
