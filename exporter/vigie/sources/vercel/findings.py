"""From what is known of Vercel to families. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vigie.core.families import Families
from vigie.core.ledger import export
from vigie.core.state import Series
from vigie.core.values import states
from vigie.sources.vercel import families as f
from vigie.sources.vercel.answers import Deployment
from vigie.sources.vercel.ended import ENDED, TARGETS

RESULTS = ("error", "ready")
STATES = ("blocked", "building", "canceled", "deleted", "error", "initializing", "queued", "ready")


@dataclass(slots=True)
class Findings:
    """
    What is known at the end of a poll; what could not be read is not there.

    Attributes:
        projects: Name by id.
        production: Last production deployments by project id, the newest first.
        totals: Deployments by project id, target and status.
        vitals: 75th percentiles by project id and metric.
        attacks: Whether an attack goes on, by project id; None where the plan does not tell.
        available: Whether the plan has a feature.
        pushed: What drains brought, by project id; None without a drain.
        ignored: Pushed records that were not counted, by reason.
    """

    projects: Mapping[str, str]
    production: Mapping[str, Sequence[Deployment]] = field(default_factory=dict)
    totals: Mapping[Series, float] | None = None
    vitals: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    attacks: Mapping[str, bool | None] = field(default_factory=dict)
    available: Mapping[str, bool] = field(default_factory=dict)
    pushed: Mapping[Series, float] | None = None
    ignored: Mapping[str, int] = field(default_factory=dict)


def build(findings: Findings) -> Families:
    """Everything as families; what belongs to a project that is not watched, or is gone, is left out."""
    families = Families()
    for family in f.FAMILIES:
        families.declare(family)
    for identity, name in findings.projects.items():
        _project(families, findings, identity, name)
    if findings.totals is not None:
        zeros = {
            (f.DEPLOYMENTS.name, (identity, target, status)): 0.0
            for identity in findings.projects
            for target in TARGETS
            for status in ENDED
        }
        export((f.DEPLOYMENTS,), _named(zeros | dict(findings.totals), findings.projects), families)
    if findings.pushed is not None:
        views = {(f.PAGE_VIEWS.name, (identity,)): 0.0 for identity in findings.projects}
        export(f.PUSHED, _named(views | dict(findings.pushed), findings.projects), families)
        for reason, number in findings.ignored.items():
            families.add(f.IGNORED, number, reason)
    for feature, is_available in findings.available.items():
        families.add(f.AVAILABLE, is_available, feature)
    return families


def _project(families: Families, findings: Findings, identity: str, name: str) -> None:
    production = findings.production.get(identity, ())
    result = next((deployment.status for deployment in production if deployment.status in RESULTS), None)
    if result is not None:
        states(families, f.RESULT, RESULTS, result, name)
    for deployment in production[:1]:
        states(families, f.STATUS, STATES, deployment.status, name)
        families.add(f.CREATED, deployment.created / 1000, name)
        if deployment.ready is not None and deployment.building_at is not None:
            families.add(f.BUILD, max(deployment.ready - deployment.building_at, 0.0) / 1000, name)
    for metric, value in findings.vitals.get(identity, {}).items():
        families.add(f.VITALS_P75, value, name, metric)
    if (attacked := findings.attacks.get(identity)) is not None:
        families.add(f.UNDER_ATTACK, attacked, name)


def _named(totals: Mapping[Series, float], projects: Mapping[str, str]) -> dict[Series, float]:
    """Totals by project name instead of id, in a stable order."""
    return {
        (family, (projects[labels[0]], *labels[1:])): value
        for (family, labels), value in sorted(totals.items())
        if labels[0] in projects
    }
