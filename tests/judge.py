"""What prometheus-client makes of the same samples: the judge of what Vigie writes itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client import exposition as text_format
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics_format

from vigie.core.families import Distribution, Families, Family


def metrics(families: Families) -> Iterator[Metric]:
    """The samples as prometheus-client's own objects."""
    for family, series in families.series():
        metric = Metric(family.root, family.help, family.kind)
        for values, value in series.items():
            labels = dict(zip(family.labels, values, strict=True))
            if isinstance(value, Distribution):
                _add_histogram(metric, family, labels, value)
            else:
                metric.add_sample(family.name, labels, value)
        yield metric


def text(families: Families) -> bytes:
    """The page in the text format."""
    return text_format.generate_latest(_Sorted(families))


def openmetrics(families: Families) -> bytes:
    """The page in OpenMetrics."""
    page: bytes = openmetrics_format.generate_latest(_Sorted(families))  # type: ignore[no-untyped-call]
    return page


@dataclass(frozen=True)
class _Sorted:
    families: Families

    def collect(self) -> Iterable[Metric]:
        return sorted(metrics(self.families), key=lambda metric: metric.name)


def _add_histogram(metric: Metric, family: Family, labels: dict[str, str], distribution: Distribution) -> None:
    bounds = [*(str(float(bound)) for bound in family.buckets), "+Inf"]
    for bound, count in zip(bounds, accumulate(distribution.counts), strict=True):
        metric.add_sample(f"{family.name}_bucket", {**labels, "le": bound}, count)
    metric.add_sample(f"{family.name}_sum", labels, distribution.sum)
    metric.add_sample(f"{family.name}_count", labels, sum(distribution.counts))
