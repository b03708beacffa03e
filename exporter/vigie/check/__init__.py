"""
`vigie check`: ask everything that `vigie.yaml` names once, and say what was found.

What is asked are the sources (`sources`), and the pages that Prometheus and blackbox_exporter will ask (`pages`); the
thresholds are tried as `vigie render` does (`thresholds`). Each gives a `Finding`; `report` shows them.
"""

from vigie.check.everything import Report, check
from vigie.check.finding import Finding, Kind, Verdict

__all__ = ["Finding", "Kind", "Report", "Verdict", "check"]
