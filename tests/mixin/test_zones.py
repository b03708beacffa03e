"""Business hours are in a time zone that Alertmanager's machine knows under the name that is written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

import pytest
import yaml

from tests.mixin.conftest import ROOT, product
from vigie.render import render
from vigie.render.zones import known_everywhere


@pytest.mark.parametrize(
    ("written", "rendered"),
    [
        ("US/Pacific", "America/Los_Angeles"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("GB", "Europe/London"),
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("Europe/Paris", "Europe/Paris"),
        ("UTC", "UTC"),
    ],
)
def test_business_hours_are_in_a_zone_that_is_known_everywhere(written: str, rendered: str) -> None:
    files = render(product(timezone=written), ROOT).files
    (hours,) = yaml.safe_load(files["alertmanager/alertmanager.yaml"])["time_intervals"]
    assert {each["location"] for each in hours["time_intervals"]} == {rendered}


def test_no_zone_changes_its_hours_and_no_old_name_is_left() -> None:
    listed = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text()
    moments = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days) for days in range(0, 365, 7)]
    for name in available_timezones():
        known = known_everywhere(name)
        assert known_everywhere(known) == known
        assert known == "UTC" or f"\t{known}" in listed or known.startswith("Etc/") or known in {"Factory", name}
        for moment in moments:
            assert moment.astimezone(ZoneInfo(name)).utcoffset() == moment.astimezone(ZoneInfo(known)).utcoffset()
