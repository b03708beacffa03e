"""The plan names what differs and nothing else, and once it is carried out there is nothing to do."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from demo.vendors.pagerduty import INTEGRATION_TYPE, PagerDuty, key_of
from demo.vendors.pagerduty_world import Integration, Policy, Rule, Service, Target, World
from tests.real.vendor import serving
from tests.vendors.pagerduty_runs import LEVELS, TOKEN, Desk
from vigie.apply import plan as planning
from vigie.apply.plan import (
    Action,
    Present,
    PresentIntegration,
    PresentPolicy,
    PresentService,
    Thing,
    Wanted,
    choose,
    plan,
)
from vigie.apply.texts import ladder

USERS = [planning.Target("user", f"P{number}", "user_reference", f"u{number}@x.y") for number in range(4)]
RULES = st.lists(
    st.builds(planning.Rule, st.integers(1, 90), st.frozensets(st.sampled_from(USERS), min_size=1)), min_size=1
).map(tuple)
WANTED = st.builds(Wanted, st.just("shop"), RULES)
TIMEOUT = st.sampled_from([None, 0, 1800])
PRESENT = st.builds(
    Present,
    policy=st.none() | st.builds(PresentPolicy, st.just("PP"), RULES),
    service=st.none() | st.builds(PresentService, st.just("PS"), st.sampled_from(["PP", "PX", None]), TIMEOUT, TIMEOUT),
    integration=st.none() | st.builds(PresentIntegration, st.just("Vigie"), st.sampled_from(["k1", "k2"])),
    key=st.sampled_from([None, "k1", "k2"]),
)


def _carried_out(wanted: Wanted, present: Present) -> Present:
    """The world after the plan, by the rules of PagerDuty rather than by the code that talks to it."""
    actions = {step.thing: step.action for step in plan(wanted, present)}
    made = {thing for thing, action in actions.items() if action in {Action.CREATE, Action.UPDATE}}
    integration = PresentIntegration("Vigie", "new") if Thing.INTEGRATION in made else present.integration
    assert integration is not None
    return Present(
        policy=PresentPolicy("PP", wanted.rules) if Thing.POLICY in made else present.policy,
        service=PresentService("PS", "PP") if Thing.SERVICE in made else present.service,
        integration=integration,
        key=integration.key if Thing.KEY in made else present.key,
    )


@given(WANTED, PRESENT)
def test_after_the_plan_there_is_nothing_to_do_unless_another_key_is_in_use(wanted: Wanted, present: Present) -> None:
    steps = plan(wanted, present)
    assert [step.thing for step in steps] == list(Thing)
    after = plan(wanted, _carried_out(wanted, present))
    assert {step.action for step in after[:3]} == {Action.KEEP}
    assert after[3].action is (Action.LEAVE if steps[3].action is Action.LEAVE else Action.KEEP)


@given(WANTED, PRESENT)
def test_only_what_differs_is_changed(wanted: Wanted, present: Present) -> None:
    policy, service, integration, key = plan(wanted, present)
    policy_is_right = present.policy is not None and present.policy.rules == wanted.rules
    assert (policy.action is Action.KEEP) == policy_is_right
    follows = present.service is not None and present.policy is not None and present.service.policy == present.policy.id
    calm = present.service is not None and not (
        present.service.acknowledgement_timeout or present.service.auto_resolve_timeout
    )
    assert (service.action is Action.KEEP) == (follows and calm)
    assert (integration.action is Action.KEEP) == (present.integration is not None)
    assert (key.action is Action.CREATE) == (present.key is None)
    for step in (policy, service):
        assert bool(step.differs) == (step.action is Action.UPDATE)


@given(st.lists(st.integers(1, 120), min_size=1, max_size=8))
def test_levels_are_told_as_late_as_they_say(gaps: list[int]) -> None:
    starts = [sum(gaps[:number]) for number in range(len(gaps))]
    found = planning.rules((60.0 * start, frozenset({USERS[0]})) for start in starts)
    assert [sum(rule.minutes for rule in found[:number]) for number in range(len(found))] == starts
    assert [rule.minutes for rule in found[:-1]] == gaps[:-1]
    assert found[-1].minutes == (gaps[-2] if len(gaps) > 1 else 30)
    assert ladder(found).count("at once") == 1


def test_the_key_in_use_comes_before_the_name() -> None:
    theirs, ours = PresentIntegration("Prometheus", "a"), PresentIntegration("Vigie", "b")
    assert choose([ours, theirs], "a") == theirs
    assert choose([theirs, ours], "c") == choose([theirs, ours], None) == ours
    assert choose([theirs], None) is None


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[PagerDuty, str]]:
    account = PagerDuty()
    with serving(account) as url:
        yield account, url


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Accounts in which some of it is there already, right or wrong, beside what has nothing to do with it."""
    world = World(token=TOKEN, limit=10**6)
    targets = [Target("PUSER01", "user_reference"), Target("PUSER02", "user_reference")]
    rule = st.builds(Rule, st.sampled_from([5, 15]), st.lists(st.sampled_from(targets), min_size=1, unique_by=id))
    for name in draw(st.lists(st.sampled_from(["shop", "SHOP", "other"]), unique=True)):
        world.policies.append(Policy(f"PP{name}", name, draw(st.lists(rule, min_size=1, max_size=4))))
    for name in draw(st.lists(st.sampled_from(["shop", "other"]), unique=True)):
        service = Service(f"PS{name}", name, draw(st.sampled_from(world.policies)).id)
        service.acknowledgement_timeout, service.auto_resolve_timeout = draw(TIMEOUT), draw(TIMEOUT)
        for title in draw(st.lists(st.sampled_from(["Vigie", "Prometheus"]), unique=True)):
            identity = f"PI{name}{title}"
            service.integrations.append(Integration(identity, title, INTEGRATION_TYPE, key_of(identity)))
        world.services.append(service)
    return world


def right_but_for_a_timeout_of_0() -> World:
    """A service that follows the right policy and ends no incident by itself, which 0 says as well as null."""
    rules = [
        Rule(15, [Target(identity, kind)])
        for identity, kind in (
            ("PSCHED1", "schedule_reference"),
            ("PUSER02", "user_reference"),
            ("PUSER03", "user_reference"),
        )
    ]
    world = World(token=TOKEN, limit=10**6)
    world.policies.append(Policy("PPshop", "shop", rules))
    world.services.append(Service("PSshop", "shop", "PPshop", acknowledgement_timeout=None, auto_resolve_timeout=0))
    return world


@given(worlds())
@example(right_but_for_a_timeout_of_0())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_account_one_run_makes_it_right_and_the_second_changes_nothing(
    served: tuple[PagerDuty, str], tmp_path: Path, world: World
) -> None:
    account, url = served
    account.world, account.fault = world, None
    others = copy.deepcopy(_others(world))
    desk = Desk(account, url, tmp_path, levels=LEVELS)
    desk.key_file.unlink(missing_ok=True)
    assert asyncio.run(desk.apply())
    (policy,) = (policy for policy in world.policies if policy.name == "shop")
    (service,) = (service for service in world.services if service.name == "shop")
    told = [(rule.escalation_delay_in_minutes, rule.targets[0].id) for rule in policy.escalation_rules]
    assert told == [(15, "PSCHED1"), (15, "PUSER02"), (15, "PUSER03")]
    assert service.policy == policy.id
    # off is null or 0 there, and what is off already is left alone
    assert {service.acknowledgement_timeout, service.auto_resolve_timeout} <= {None, 0}
    assert [it.name for it in service.integrations if it.key == desk.key_file.read_text()] == ["Vigie"]
    assert asyncio.run(desk.apply())
    assert desk.written == []
    assert _others(world) == others


def _others(world: World) -> list[Policy | Service]:
    """What has another name."""
    things: list[Policy | Service] = [*world.policies, *world.services]
    return [thing for thing in things if thing.name != "shop"]
