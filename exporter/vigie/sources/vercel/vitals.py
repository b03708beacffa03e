"""Web Vitals by pull: which metrics there are, how each is asked for, and what the answer says. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vigie.errors import Reason, SourceError
from vigie.sources.vercel.answers import Figures, MetricDetail

AGGREGATION = "p75"
_PREFIX = "vercel.speed_insights."
_SCALES = {"lcp_ms": 0.001, "inp_ms": 0.001, "fcp_ms": 0.001, "ttfb_ms": 0.001, "cls": 1.0}
"""By the end of a metric's id: seconds in its unit; cls has no unit."""
_UNITS = {"ms": 0.001, "millisecond": 0.001, "milliseconds": 0.001, "s": 1.0, "second": 1.0, "seconds": 1.0}
_ENVIRONMENTS = ("environment", "vercel_environment", "vercelEnvironment")
"""What the dimension that tells production from previews is called; the catalogue says which."""


@dataclass(frozen=True, slots=True)
class Vital:
    """
    A metric that is asked for.

    Attributes:
        id: The vendor's name of it.
        scale: What its values are multiplied by.
        environment: Dimension that tells production from previews, if the catalogue names one.
    """

    id: str
    scale: float
    environment: str = ""

    @property
    def name(self) -> str:
        """Value of the `metric` label: lcp, inp, fcp, ttfb or cls."""
        return self.id.removeprefix(_PREFIX).removesuffix("_ms")

    @property
    def filter(self) -> dict[str, str]:
        """What leaves previews out, as far as the catalogue says how."""
        return {"filter": f"{self.environment} eq 'production'"} if self.environment else {}

    def value(self, figures: Figures) -> float | None:
        """
        The figure in base units; None without visits.

        Raises:
            SourceError: The answer lacks it.
        """
        column = f"{self.id.replace('.', '_').replace('/', '_')}_{AGGREGATION}"
        if not figures.summary:
            return None
        value = figures.summary[0].get(column, "")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SourceError(Reason.BAD_PAYLOAD, f"Vercel's answer to the query of {self.id} has no {column}")
        return value * self.scale


DEFAULTS = tuple(Vital(f"{_PREFIX}{end}", scale) for end, scale in _SCALES.items())
"""What is asked for where there is no catalogue."""


def offered(ids: Iterable[str]) -> tuple[Vital, ...]:
    """Those of the known metrics that the catalogue lists."""
    listed = set(ids)
    return tuple(vital for vital in DEFAULTS if vital.id in listed)


def detailed(vital: Vital, detail: MetricDetail) -> Vital:
    """The metric with the unit and the dimension that the catalogue gives."""
    dimensions = {dimension.name for dimension in detail.dimensions}
    environment = next((name for name in _ENVIRONMENTS if name in dimensions), "")
    scale = vital.scale if vital.name == "cls" else _UNITS.get(detail.unit.lower(), vital.scale)
    return Vital(vital.id, scale, environment)
