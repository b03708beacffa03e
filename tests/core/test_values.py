"""What vendors say becomes label values and times that are safe, whatever they say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.core.families import Families, gauge
from vigie.core.values import label, states, unique, unix

MOOD = gauge("toy_mood", "Mood of the toy.", "toy", "mood")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("API health", "API health"),
        ("https://user:secret@hooks.example:8443/T0/s3cret?key=1#x", "hooks.example"),
        ("Login https://example.com/login?next=/a now", "Login example.com now"),
        ("shop.example/a?token=x", "shop.example/a"),
        ("call ops@example.com", "call …"),
        (" two\n lines\t", "two lines"),
        ("a\x00b\u200b", "ab"),
        ("http://[::1", ""),
        ("x" * 300, "x" * 80),
    ],
)
def test_a_label_shows_no_secret_and_no_person(said: str, shown: str) -> None:
    assert label(said) == shown


def test_names_that_are_alike_are_told_apart_by_their_ids() -> None:
    assert unique([("1", "API"), ("2", "Web"), ("3", "API"), ("4", ""), ("5", "API (1)")]) == {
        "1": "API (1) (1)",
        "2": "Web",
        "3": "API (3)",
        "4": "(4)",
        "5": "API (1)",
    }


@given(st.dictionaries(st.text(max_size=6), st.text(alphabet="a (1)?\n", max_size=6), max_size=8))
def test_no_two_things_ever_share_a_label(names: dict[str, str]) -> None:
    labels = unique(names.items())
    assert set(labels) == set(names)
    assert len(set(labels.values())) == len(names)


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("1970-01-01T00:01:00Z", 60),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T00:00:01.500", 1.5),
        ("1970-01-02", 86400),
        ("", None),
        (None, None),
        ("soon", None),
    ],
)
def test_dates_without_a_zone_are_in_utc_and_what_is_none_is_none(said: str | None, time: float | None) -> None:
    assert unix(said) == time


@given(st.text())
def test_any_text_is_a_time_or_none(said: str) -> None:
    assert isinstance(unix(said), float | None)


@pytest.mark.parametrize(("said", "mood"), [("glad", "glad"), ("sad", "sad"), ("livid", "unknown"), ("", "unknown")])
def test_exactly_one_state_is_set(said: str, mood: str) -> None:
    families = Families()
    states(families, MOOD, ("glad", "sad"), said, "bear")
    assert families.values[MOOD] == {("bear", known): float(known == mood) for known in ("glad", "sad", "unknown")}
