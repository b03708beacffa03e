"""What `vigie render --check` shows of a difference: enough to see it, never too much, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie.core.logs import Redactor
from vigie.render import Difference, show

FOLDER = Path("rendered")


def _shown(there: str, wanted: str, *secrets: str) -> list[str]:
    return list(show([Difference("a.yaml", "differs", there, wanted)], FOLDER, Redactor(secrets)))


def test_a_difference_is_a_unified_diff_from_what_is_there_to_what_is_wanted() -> None:
    assert _shown("a: 1\nb: 2\nc: 3\n", "a: 1\nb: 5\nc: 3\n") == [
        "rendered/a.yaml: differs",
        "--- rendered/a.yaml",
        "+++ as rendered",
        "@@ -1,3 +1,3 @@",
        " a: 1",
        "-b: 2",
        "+b: 5",
        " c: 3",
    ]


def test_a_file_that_is_on_one_side_only_is_named_without_its_text() -> None:
    found = [
        Difference("a.yaml", "is missing", "", "text"),
        Difference("b.yaml", "is not rendered any more", "text", ""),
    ]
    assert list(show(found, FOLDER, Redactor())) == [
        "rendered/a.yaml: is missing",
        "rendered/b.yaml: is not rendered any more",
    ]


def test_length_and_width_are_bounded() -> None:
    there, wanted = "\n".join(f"a{n}" for n in range(5000)), "x" * 5000
    found = [Difference(f"{n}.yaml", "differs", there, wanted) for n in range(100)]
    lines = list(show(found, FOLDER, Redactor()))
    assert len(_shown(there, wanted)) == 42
    assert _shown(there, wanted)[-1] == "  … and more"
    assert len(lines) <= 400 + 2 * 100
    assert max(map(len, lines)) <= 201


@pytest.mark.parametrize(
    "line",
    [
        "          api_url: https://hooks.slack.com/services/T0/B0/Zq1canary",
        "url: https://user:Zq1canary@host.example/x",
        "target: postgresql://Zq1canary@db/shop",
        "url: https://host.example/metrics?token=Zq1canary&x=1",
        "  - routing_key: Zq1canary",
        "auth_password: 'Zq1canary'",
        '  "service_key": "Zq1canary",',
        "  bearer: Zq1canary",
        "credentials: Zq1canary",
        "anything: knownZq1canary",
    ],
)
def test_no_secret_is_shown_whichever_side_holds_it(line: str) -> None:
    for there, wanted in ((line, "a: 1"), ("a: 1", line), (f"{line}\nb: 1", f"{line}\nb: 2")):
        shown = "\n".join(_shown(there, wanted, "knownZq1canary"))
        assert "Zq1canary" not in shown
        assert "***" in shown


def test_the_file_of_a_secret_is_shown() -> None:
    assert "+routing_key_file: /run/secrets/pagerduty" in _shown("a", "routing_key_file: /run/secrets/pagerduty")
