"""What `vigie apply` says: one sentence for each thing that is as it should be, was changed, or would be."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vigie.apply.plan import INTEGRATION, Action, Present, Rule, Step, Thing, Wanted

NOTHING_TO_DO = "nothing to do"
DRY_RUN = "nothing was changed, for this was a dry run"
_SERVICE_CHANGES = {
    "policy": "it follows the escalation policy",
    "acknowledgement_timeout": "an acknowledgement holds until the end",
    "auto_resolve_timeout": "an incident ends when its alert ends, not by itself",
}


def sentence(step: Step, wanted: Wanted, present: Present, key_file: Path, *, dry_run: bool) -> str:
    """What was found or done about one thing; what would be done, if this is a dry run."""
    says = {Thing.POLICY: _policy, Thing.SERVICE: _service, Thing.INTEGRATION: _integration}
    if step.thing is Thing.KEY:
        return _key(step, wanted, key_file, dry_run=dry_run)
    return says[step.thing](step, wanted, present, _verb(step.action, dry_run=dry_run))


def ladder(rules: Iterable[Rule]) -> str:
    """Who is told when: `a@x.y at once, b@x.y after 15 min`."""
    parts, minutes = [], 0
    for rule in rules:
        names = " and ".join(sorted(target.name for target in rule.targets)) or "nobody"
        parts.append(f"{names} after {minutes} min" if minutes else f"{names} at once")
        minutes += rule.minutes
    return ", ".join(parts) or "nobody"


def _verb(action: Action, *, dry_run: bool) -> str:
    done, planned = {Action.CREATE: ("created", "create"), Action.UPDATE: ("changed", "change")}.get(action, ("", ""))
    return f"would {planned}" if dry_run else done


def _policy(step: Step, wanted: Wanted, present: Present, verb: str) -> str:
    name, now = f'escalation policy "{wanted.name}"', ladder(wanted.rules)
    if step.action is Action.KEEP:
        return f"{name} is as it should be: {now}"
    if present.policy is None:
        return f"{verb} {name}: {now}"
    before = ladder(present.policy.rules)
    change = f"{now}; it was {before}" if before != now else f"{now}; the wait of the last level was another"
    return f"{verb} {name}: {change}"


def _service(step: Step, wanted: Wanted, _present: Present, verb: str) -> str:
    name = f'service "{wanted.name}"'
    if step.action is Action.KEEP:
        return f"{name} is as it should be"
    changes = (text for what, text in _SERVICE_CHANGES.items() if step.action is Action.CREATE or what in step.differs)
    return f"{verb} {name}: {'; '.join(changes)}"


def _integration(step: Step, wanted: Wanted, present: Present, verb: str) -> str:
    name = present.integration.name if present.integration else INTEGRATION
    what = f'integration "{name}" (Events API v2) of service "{wanted.name}"'
    return f"{what} is there" if step.action is Action.KEEP else f"{verb} {what}"


def _key(step: Step, wanted: Wanted, key_file: Path, *, dry_run: bool) -> str:
    if step.action is Action.KEEP:
        return f"{key_file} holds the integration's key"
    if step.action is Action.CREATE:
        return (
            f"{'would write' if dry_run else 'wrote'} the integration's key to {key_file}, readable by its owner only"
        )
    return (
        f'{key_file} holds another key, so alerts do not reach service "{wanted.name}"; '
        "move the file away and run this again"
    )
