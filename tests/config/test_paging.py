"""`channels.pagerduty.policy`: what is accepted, and how what PagerDuty could not do is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.native.paths import ROOT
from vigie.config.load import load
from vigie.config.model import Product
from vigie.config.paging import Policy
from vigie.errors import ConfigError
from vigie.render import render


def _policy(tmp_path: Path, levels: str) -> Policy:
    path = tmp_path / "vigie.yaml"
    indented = "".join(f"        {line}\n" for line in levels.splitlines())
    path.write_text(
        "product: shop\nchannels:\n  pagerduty:\n    routing_key_file: /nowhere/key\n"
        f"    policy:\n      token_file: /nowhere/token\n      levels:\n{indented}"
    )
    pagerduty = load(path, {}).product.channels.pagerduty
    assert pagerduty is not None
    assert pagerduty.policy is not None
    return pagerduty.policy


def test_neither_secret_file_has_to_be_there_to_load_the_rest(tmp_path: Path) -> None:
    policy = _policy(tmp_path, "- {after: 0m, users: [a@x.y]}\n- {after: 1h30m, schedules: [Primary]}\n")
    assert [level.after for level in policy.levels] == [0, 5400]
    assert (policy.api_url, policy.name) == ("https://api.pagerduty.com", None)


@pytest.mark.parametrize(
    ("levels", "line", "refusal"),
    [
        (
            "- {after: 5m, users: [a@x.y]}",
            7,
            "levels: the first level must have `after: 0m`, so that somebody is told at once",
        ),
        ("[]", 7, "levels: the first level must have `after: 0m`, so that somebody is told at once"),
        (
            "- {after: 0m, users: [a@x.y]}\n- {after: 0m, users: [b@x.y]}",
            9,
            "levels[1].after: is not later than the level before it; list the levels in order of time",
        ),
        (
            "- {after: 0m, users: [a@x.y]}\n- {after: 90s, users: [b@x.y]}",
            9,
            "levels[1].after: PagerDuty counts in whole minutes; write 5m, not 330s",
        ),
        ("- {after: 0m}", 8, "levels[0]: names nobody to tell; give it users or schedules"),
        (
            f"- {{after: 0m, users: [{', '.join(f'a{number}@x.y' for number in range(11))}]}}",
            8,
            "levels[0]: names 11 users and schedules; PagerDuty takes at most 10 at one level",
        ),
        (
            "- {after: 0m, users: [Anna]}",
            8,
            (
                "levels[0].users[0]: expected an e-mail address such as team@example.com, without a name around it, "
                "got 'Anna'"
            ),
        ),
    ],
)
def test_what_pagerduty_could_not_do_is_refused(tmp_path: Path, levels: str, line: int, refusal: str) -> None:
    with pytest.raises(ConfigError) as refused:
        _policy(tmp_path, levels)
    assert str(refused.value) == f"{tmp_path}/vigie.yaml:{line}: channels.pagerduty.policy.{refusal}"


@pytest.mark.parametrize(
    "text",
    ["security: {pagerduty: {routing_key_file: /k, policy: {}}}", "pagerduty: {routing_key_file: /k, policies: {}}"],
)
def test_only_the_channel_of_on_call_has_a_policy(tmp_path: Path, text: str) -> None:
    path = tmp_path / "vigie.yaml"
    path.write_text(f"product: shop\nchannels:\n  {text}\n")
    with pytest.raises(ConfigError, match=r"unknown key 'channels\.(security\.)?pagerduty\.polic(y|ies)'"):
        load(path, {})


def test_a_policy_changes_nothing_that_is_rendered_and_two_escalations_are_said() -> None:
    level = {"name": "cto", "after": "30m", "pagerduty": {"routing_key_file": "/nowhere/cto"}}
    policy = {"token_file": "/nowhere/token", "levels": [{"after": "0m", "users": ["a@x.y"]}]}
    key = {"routing_key_file": "/nowhere/key"}
    product = Product.model_validate({"product": "shop", "channels": {"pagerduty": key, "escalation": [level]}})
    doubled = Product.model_validate(
        {"product": "shop", "channels": {"pagerduty": {**key, "policy": policy}, "escalation": [level]}}
    )
    alone = Product.model_validate({"product": "shop", "channels": {"pagerduty": {**key, "policy": policy}}})
    sentence = "channels.escalation: PagerDuty escalates too, by `channels.pagerduty.policy`; two are one too many"
    before, after = render(product, ROOT), render(doubled, ROOT)
    assert after.files == before.files
    assert after.warnings == (*before.warnings, sentence)
    assert sentence not in render(alone, ROOT).warnings
