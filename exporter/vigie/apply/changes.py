"""Do what a step says: each one leaves behind the id or the key that the next one needs."""

from __future__ import annotations

from pathlib import Path

from vigie.apply.client import PagerDuty
from vigie.apply.files import write_key
from vigie.apply.names import present_integration, rule_bodies
from vigie.apply.plan import INTEGRATION, Action, Present, Step, Thing, Wanted


class Changes:
    """
    The changes of one run, made in the order of `Thing`.

    Args:
        client: The account.
        wanted: What is to be.
        present: What was there at the start.
        key_file: Where the integration's key belongs.
    """

    def __init__(self, client: PagerDuty, wanted: Wanted, present: Present, key_file: Path) -> None:
        self.wanted = wanted
        self.present = present
        self.key_file = key_file
        self._client = client
        self._policy = present.policy.id if present.policy else None
        self._service = present.service.id if present.service else None
        self._key = present.integration.key if present.integration else None

    async def make(self, step: Step) -> None:
        """
        Make one change, if the step asks for one.

        Raises:
            SourceError: PagerDuty did not do it.
            ApplyError: The file could not be written.
        """
        if step.action not in {Action.CREATE, Action.UPDATE}:
            return
        match step.thing:
            case Thing.POLICY:
                self._policy = (await self._client.save_policy(self._policy, self._policy_body())).id
            case Thing.SERVICE:
                self._service = (await self._client.save_service(self._service, self._service_body())).id
            case Thing.INTEGRATION:
                made = await self._client.create_integration(_known(self._service), INTEGRATION)
                self._key = present_integration(made).key
            case Thing.KEY:
                write_key(self.key_file, _known(self._key))

    def _policy_body(self) -> dict[str, object]:
        """The whole policy, so that nothing is lost that somebody set in PagerDuty; a new one does not begin anew."""
        return {
            "type": "escalation_policy",
            "name": self.wanted.name,
            **(self.present.policy.kept if self.present.policy else {"num_loops": 0}),
            "escalation_rules": rule_bodies(self.wanted.rules),
        }

    def _service_body(self) -> dict[str, object]:
        """Both timeouts off; `plan` says why."""
        return {
            "type": "service",
            "name": self.wanted.name,
            "escalation_policy": {"id": _known(self._policy), "type": "escalation_policy_reference"},
            "acknowledgement_timeout": None,
            "auto_resolve_timeout": None,
        }


def _known(value: str | None) -> str:
    """What an earlier step left behind."""
    if value is None:
        raise AssertionError("steps are made in the order of `Thing`")
    return value
