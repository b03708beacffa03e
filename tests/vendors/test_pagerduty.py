"""`vigie apply pagerduty` makes what is missing, changes what differs, and touches nothing else."""

from __future__ import annotations

import copy
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from demo.vendors.pagerduty import INTEGRATION_TYPE, PagerDuty, key_of
from demo.vendors.pagerduty_world import Integration, Policy, Rule, Schedule, Service, Target, User, World
from tests.real.vendor import serving
from tests.vendors.pagerduty_runs import TOKEN, Desk

LADDER = "Primary on-call at once, lead@acme.example after 15 min, cto@acme.example after 30 min"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[PagerDuty, str]]:
    account = PagerDuty()
    with serving(account) as url:
        yield account, url


@pytest.fixture
def desk(served: tuple[PagerDuty, str], tmp_path: Path) -> Desk:
    account, url = served
    account.world, account.fault = World(token=TOKEN, limit=10**6), None
    return Desk(account, url, tmp_path)


def _policy(world: World, name: str = "shop") -> Policy:
    (found,) = (policy for policy in world.policies if policy.name == name)
    return found


async def test_the_first_run_creates_everything_and_says_so(desk: Desk) -> None:
    assert await desk.apply()
    policy, (service,) = _policy(desk.world), desk.world.services
    assert [(rule.escalation_delay_in_minutes, rule.targets) for rule in policy.escalation_rules] == [
        (15, [Target("PSCHED1", "schedule_reference")]),
        (15, [Target("PUSER02", "user_reference")]),
        (15, [Target("PUSER03", "user_reference")]),
    ]
    assert policy.num_loops == 0
    assert (service.name, service.policy) == ("shop", policy.id)
    assert (service.acknowledgement_timeout, service.auto_resolve_timeout) == (None, None)
    (integration,) = service.integrations
    assert (integration.name, integration.type) == ("Vigie", INTEGRATION_TYPE)
    assert desk.key_file.read_text() == integration.key
    assert stat.S_IMODE(desk.key_file.stat().st_mode) == 0o600
    assert desk.said == [
        f'created escalation policy "shop": {LADDER}',
        (
            'created service "shop": it follows the escalation policy; an acknowledgement holds until the end; '
            "an incident ends when its alert ends, not by itself"
        ),
        'created integration "Vigie" (Events API v2) of service "shop"',
        f"wrote the integration's key to {desk.key_file}, readable by its owner only",
    ]


async def test_the_second_run_finds_everything_and_changes_nothing(desk: Desk) -> None:
    await desk.apply()
    before = msgspec.to_builtins(desk.world)
    assert await desk.apply()
    assert desk.written == []
    assert msgspec.to_builtins(desk.world) == before
    assert desk.said == [
        f'escalation policy "shop" is as it should be: {LADDER}',
        'service "shop" is as it should be',
        'integration "Vigie" (Events API v2) of service "shop" is there',
        f"{desk.key_file} holds the integration's key",
        "nothing to do",
    ]


async def test_a_dry_run_says_what_would_be_done_and_does_nothing(desk: Desk) -> None:
    before = msgspec.to_builtins(desk.world)
    assert await desk.apply(dry_run=True)
    assert desk.written == []
    assert msgspec.to_builtins(desk.world) == before
    assert not desk.key_file.exists()
    assert [said.split('"')[0] for said in desk.said[:3]] == [
        "would create escalation policy ",
        "would create service ",
        "would create integration ",
    ]
    assert desk.said[3:] == [
        f"would write the integration's key to {desk.key_file}, readable by its owner only",
        "nothing was changed, for this was a dry run",
    ]


async def test_a_changed_level_changes_the_policy_only_and_keeps_what_was_set_by_hand(desk: Desk) -> None:
    await desk.apply()
    policy = _policy(desk.world)
    policy.num_loops, policy.description, policy.teams = 3, "Who is woken", ["PTEAM01"]
    desk.levels = desk.levels.replace(
        "after: 15m, users: [lead@acme.example]", "after: 10m, users: [Oncall@acme.example]"
    )
    assert await desk.apply()
    assert desk.written == [f"PUT /escalation_policies/{policy.id}"]
    assert [rule.escalation_delay_in_minutes for rule in policy.escalation_rules] == [10, 20, 20]
    assert policy.escalation_rules[1].targets == [Target("PUSER01", "user_reference")]
    assert (policy.num_loops, policy.description, policy.teams) == (3, "Who is woken", ["PTEAM01"])
    assert desk.said[0] == (
        'changed escalation policy "shop": Primary on-call at once, oncall@acme.example after 10 min, '
        f"cto@acme.example after 30 min; it was {LADDER}"
    )
    assert len(desk.said) == 4
    assert await desk.apply()
    assert desk.written == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"policy": "PPOLICY"}, "it follows the escalation policy"),
        ({"acknowledgement_timeout": 1800}, "an acknowledgement holds until the end"),
        ({"auto_resolve_timeout": 14400}, "an incident ends when its alert ends, not by itself"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_what_was_changed_at_the_service_is_changed_back(
    desk: Desk, change: dict[str, str | int], sentence: str
) -> None:
    await desk.apply()
    (service,) = desk.world.services
    right = copy.deepcopy(service)
    for name, value in change.items():
        setattr(service, name, value)
    assert await desk.apply()
    assert desk.written == [f"PUT /services/{service.id}"]
    assert desk.said[1] == f'changed service "shop": {sentence}'
    assert service == right


async def test_the_order_within_a_level_is_no_difference(desk: Desk) -> None:
    desk.levels = "        - {after: 0m, users: [cto@acme.example, lead@acme.example]}\n"
    await desk.apply()
    _policy(desk.world).escalation_rules[0].targets.reverse()
    assert await desk.apply()
    assert desk.said[-1] == "nothing to do"


async def test_an_integration_whose_key_is_in_use_is_taken_whatever_its_name(desk: Desk) -> None:
    integration = Integration("PINT", "Prometheus", INTEGRATION_TYPE, key_of("PINT"))
    other = Integration("PMAIL", "Mail", "generic_email_inbound_integration", "")
    desk.world.services.append(Service("PSERV", "shop", "PPOLICY", integrations=[other, integration]))
    desk.key_file.write_text(f"{integration.key}\n")
    assert await desk.apply()
    assert desk.world.services[0].integrations == [other, integration]
    assert desk.said[2:] == [
        'integration "Prometheus" (Events API v2) of service "shop" is there',
        f"{desk.key_file} holds the integration's key",
    ]


async def test_a_lost_key_file_is_written_again(desk: Desk) -> None:
    await desk.apply()
    key = desk.key_file.read_text()
    desk.key_file.unlink()
    assert await desk.apply()
    assert desk.written == []
    assert desk.key_file.read_text() == key


async def test_a_file_with_another_key_is_left_alone_and_is_no_success(desk: Desk) -> None:
    desk.key_file.write_text("key-of-another-service")
    for dry_run in (True, False, False):
        assert not await desk.apply(dry_run=dry_run)
        assert any("holds another key, so alerts do not reach service" in said for said in desk.said)
        assert "key-of-another-service" not in "\n".join(desk.said)
    assert desk.key_file.read_text() == "key-of-another-service"
    assert "nothing to do" not in desk.said
    assert len(desk.world.services[0].integrations) == 1


async def test_the_name_may_be_another_and_what_has_other_names_is_untouched(desk: Desk) -> None:
    desk.world.services.append(Service("PSERV", "shop", "PPOLICY"))
    before = copy.deepcopy((desk.world.policies, desk.world.services))
    desk.more = "      name: shop pages\n"
    assert await desk.apply()
    assert (desk.world.policies[:1], desk.world.services[:1]) == before
    assert _policy(desk.world, "shop pages").id == desk.world.services[1].policy


async def test_schedules_made_of_shifts_are_found_and_stay_the_same_when_their_type_changes(desk: Desk) -> None:
    desk.levels = "        - {after: 0m, schedules: [Secondary on-call]}\n"
    assert await desk.apply()
    assert _policy(desk.world).escalation_rules[0].targets == [Target("PSCHED2", "schedule_v3_reference")]
    desk.world.schedules = [Schedule("PSCHED2", "Secondary on-call")]
    _policy(desk.world).escalation_rules[0].targets[0].type = "schedule_reference"
    assert await desk.apply()
    assert desk.said[-1] == "nothing to do"


async def test_every_page_of_a_large_account_is_read(desk: Desk) -> None:
    crowd = [User(f"PU{number}", f"u{number}@acme.example") for number in range(250)]
    desk.world.users = [*crowd, *desk.world.users]
    desk.world.policies += [Policy(f"PP{n}", f"p{n}", [Rule(5, [Target("PU1", "user_reference")])]) for n in range(120)]
    assert await desk.apply()
    assert await desk.apply()
    assert desk.said[-1] == "nothing to do"
    pages = [seen.query for seen in desk.account.seen if seen.path == "/users"]
    assert pages == ["limit=100&offset=0", "limit=100&offset=100", "limit=100&offset=200"]


async def test_only_what_is_needed_is_asked_for(desk: Desk) -> None:
    desk.levels = "        - {after: 0m, users: [cto@acme.example]}\n"
    await desk.apply(dry_run=True)
    assert [seen.path for seen in desk.account.seen] == ["/users", "/escalation_policies", "/services"]


async def test_the_command_does_it_and_its_exit_status_tells(desk: Desk) -> None:
    command = [sys.executable, "-m", "vigie", "apply", "pagerduty", "--config", str(desk.file)]

    def run(*more: str) -> tuple[int, str, str]:
        done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)  # noqa: S603 - our own
        return done.returncode, done.stdout, done.stderr

    code, said, complained = run("--dry-run")
    assert (code, complained, desk.world.services) == (0, "", [])
    assert said.endswith("nothing was changed, for this was a dry run\n")
    code, said, complained = run()
    assert (code, complained, len(desk.world.services)) == (0, "", 1)
    desk.key_file.write_text("another")
    code, said, complained = run()
    assert (code, complained) == (1, "")
    desk.token_file.unlink()
    code, said, complained = run()
    assert (code, said) == (2, "")
    assert complained == (
        f"vigie: {desk.file}:6: channels.pagerduty.policy.token_file: there is no {desk.token_file}, "
        "so the policy cannot be applied; put a REST API key of PagerDuty there\n"
    )
