"""`channels`: what is accepted, and how what contradicts itself is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.config.channels import Channels
from vigie.config.load import load
from vigie.errors import ConfigError

CARRIER = "{smarthost: 'smtp:587', sender: v@x.y, to: [a@x.y]}"
FIRST_LEVEL = f"email: {CARRIER}\nescalation:\n- {{name: a, after: 15m, email: [a@x.y]}}\n"


def _channels(tmp_path: Path, text: str) -> Channels:
    path = tmp_path / "vigie.yaml"
    indented = "".join(f"  {line}\n" for line in text.splitlines())
    path.write_text(f"product: acme\nchannels:\n{indented}")
    return load(path, {}).product.channels


def test_times_and_numbers_need_no_quotes(tmp_path: Path) -> None:
    """YAML takes 18:00 for a number counted by sixties, and +336… for one with a sign."""
    channels = _channels(
        tmp_path,
        "business_hours: {opens: 8:30, closes: 18:00}\nsms: {region: eu-west-3, to: [+33612345678, '+33698765432']}\n",
    )
    assert channels.business_hours is not None
    assert (channels.business_hours.opens, channels.business_hours.closes) == ("08:30", "18:00")
    assert channels.sms is not None
    assert channels.sms.to == ("+33612345678", "+33698765432")


def test_a_day_may_last_until_midnight(tmp_path: Path) -> None:
    hours = _channels(tmp_path, "business_hours: {opens: 09:00, closes: 24:00}").business_hours
    assert hours is not None
    assert hours.closes == "24:00"


def test_a_carrier_needs_no_list_where_a_level_uses_it(tmp_path: Path) -> None:
    text = "sms: {region: eu-west-3}\nescalation:\n- {name: cto, after: 30m, sms: [+33612345678]}"
    assert [level.after for level in _channels(tmp_path, text).escalation] == [1800]


@pytest.mark.parametrize(
    ("text", "line", "refusal"),
    [
        (
            "pagerduty: {url: 'https://x.y'}",
            3,
            (
                "'channels.pagerduty.routing_key_file' is missing (file with the Events API v2 integration key, as "
                "Alertmanager sees it)"
            ),
        ),
        (
            "slack: {channel: '#a'}",
            3,
            (
                "'channels.slack.webhook_url_file' is missing (file with the incoming webhook's URL, as Alertmanager "
                "sees it)"
            ),
        ),
        (
            "email: {smarthost: 'smtp:587', sender: v@x.y, username: v, to: [a@x.y]}",
            3,
            "channels.email: `username` needs `password_file`, the file with its password",
        ),
        (
            "email: {smarthost: 'smtp:587', sender: v@x.y, password_file: /p, to: [a@x.y]}",
            3,
            "channels.email: `password_file` needs `username`, the account that it belongs to",
        ),
        (
            "email: {smarthost: 'smtp:587', sender: v@x.y, password: hunter2, to: [a@x.y]}",
            3,
            "unknown key 'channels.email.password'; did you mean 'password_file'?",
        ),
        (
            "email: {smarthost: 'smtp:587', sender: Vigie <v@x.y>, to: [a@x.y]}",
            3,
            (
                "channels.email.sender: expected an e-mail address such as team@example.com, without a name around "
                "it, got 'Vigie <v@x.y>'"
            ),
        ),
        (
            "email: {smarthost: 'smtp:587', sender: v@x.y}",
            2,
            "channels: `email` names nobody; give it `to`, or leave it out",
        ),
        ("sms: {region: eu-west-3}", 2, "channels: `sms` names nobody; give it `to`, or leave it out"),
        (
            "sms: {region: eu-west-3, to: ['0612345678']}",
            3,
            "channels.sms.to[0]: expected a phone number with its country, such as +33612345678, got '0612345678'",
        ),
        ("security: {}", 3, "channels.security: names nobody to tell; give it pagerduty, slack, email or sms"),
        (
            "finance: {email: [a@x.y]}",
            3,
            "channels.finance.email: needs `channels.email`, which carries it; set that, or leave this out",
        ),
        (
            FIRST_LEVEL + "- {name: cto, after: 30m}",
            6,
            "channels.escalation[1]: names nobody to tell; give it pagerduty, slack, email or sms",
        ),
        (
            "escalation:\n- {name: cto, after: 30m, sms: [+33612345678]}",
            4,
            "channels.escalation[0].sms: needs `channels.sms`, which carries it; set that, or leave this out",
        ),
        (
            FIRST_LEVEL + "- {name: b, after: 10m, email: [b@x.y]}",
            6,
            "channels.escalation[1].after: is not later than the level before it; list the levels in order of time",
        ),
        (
            FIRST_LEVEL + "- {name: a, after: 20m, email: [b@x.y]}",
            6,
            "channels.escalation[1].name: another level has this name already; give each its own",
        ),
        (
            FIRST_LEVEL + "- {name: b, after: soon, email: [a@x.y]}",
            6,
            "channels.escalation[1].after: expected a duration such as 15s, 5m or 1h30m, got 'soon'",
        ),
        (
            "business_hours: {opens: 18:00, closes: 09:00}",
            3,
            (
                "channels.business_hours.closes: is not later than `opens`; hours lie within one day, such as 09:00 "
                "to 18:00"
            ),
        ),
        (
            "business_hours: {closes: 18}",
            3,
            "channels.business_hours.closes: expected a time of day such as 09:00 or 18:30, got 18",
        ),
        (
            "business_hours: {closes: '25:00'}",
            3,
            "channels.business_hours.closes: expected a time of day such as 09:00 or 18:30, got '25:00'",
        ),
        (
            "deadmansswitch: https://x.y\ndeadmansswitch_file: /f",
            4,
            "channels.deadmansswitch_file: the URL is given twice; keep `deadmansswitch` or `deadmansswitch_file`",
        ),
    ],
)
def test_what_contradicts_itself_is_one_sentence(text: str, line: int, refusal: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        _channels(tmp_path, text)
    assert str(refused.value).removeprefix(f"{tmp_path}/") == f"vigie.yaml:{line}: {refusal}"


def test_a_carrier_that_is_wrong_is_complained_of_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        _channels(tmp_path, "email: {sender: v@x.y}\nfinance: {email: [a@x.y]}")
    said = str(refused.value).removeprefix(f"{tmp_path}/")
    assert said.startswith("vigie.yaml:3: 'channels.email.smarthost' is missing")
    assert "\n" not in said
