"""What the container `render` does before the others start: natively, with the real `vigie render`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.containers.errors import SetupError
from deploy.containers.reload import reload_running
from deploy.containers.render import Folders, refuse_unreadable, render
from deploy.native.paths import ROOT
from deploy.product import refusal
from tests.real.answering import Quiet, answering

_OWN = {
    "VIGIE_PRODUCT": "shop",
    "APP_URL": "https://api.shop.example",
    "FRONTEND_URL": "https://shop.example",
    "APP_METRICS_URL": "https://api.shop.example/metrics",
}
_DEMO = dict(
    line.split("=", 1) for line in (ROOT / "demo" / "compose.env").read_text().splitlines() if not line.startswith("#")
)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """The user's folder as it is mounted, and two empty volumes."""
    for name in (
        "mixin.libsonnet",
        "config.libsonnet",
        "alert-rules",
        "alertmanager",
        "dashboards",
        "deploy",
        "signals",
    ):
        (tmp_path / "mixin").mkdir(exist_ok=True)
        (tmp_path / "mixin" / name).symlink_to(ROOT / name)
    (tmp_path / "mixin" / "demo").mkdir()
    (tmp_path / "mixin" / "demo" / "compose.env").write_text((ROOT / "demo" / "compose.env").read_text())
    (tmp_path / "mixin" / "vigie.yaml").write_text((ROOT / "vigie.yaml").read_text())
    for name in ("rendered", "secrets"):
        (tmp_path / name).mkdir()
    return Folders(tmp_path / "mixin", tmp_path / "rendered", tmp_path / "secrets")


def _environment(**team: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "exporter"), **team}


def _alertmanager(folders: Folders) -> str:
    return (folders.rendered / "alertmanager" / "alertmanager.yaml").read_text()


def test_the_demo_is_rendered_and_its_messages_stay_here(folders: Folders) -> None:
    render(folders, _environment(**_DEMO))
    assert "vigie:9847" in (folders.rendered / "prometheus" / "prometheus.yaml").read_text()
    assert "http://inbox:8025/pagerduty/v2/enqueue" in _alertmanager(folders)
    assert (folders.secrets / "slack_webhook_url").read_text() == "http://inbox:8025/slack/alerts"


def test_the_exporter_is_left_the_file_that_was_rendered_as_it_is_written(folders: Folders) -> None:
    render(folders, _environment(**_DEMO))
    assert (folders.rendered / "vigie.yaml").read_bytes() == (folders.mixin / "vigie.yaml").read_bytes()


@pytest.mark.parametrize(
    ("team", "url"),
    [
        ({}, "http://inbox:8025/pagerduty/v2/enqueue"),
        ({"PAGERDUTY_ROUTING_KEY": "k"}, "https://events.pagerduty.com/v2/enqueue"),
        ({"PAGERDUTY_ROUTING_KEY_FILE": "/run/secrets/pagerduty"}, "https://events.pagerduty.com/v2/enqueue"),
        ({"PAGERDUTY_ROUTING_KEY": "k", "PAGERDUTY_URL": "https://eu.test/enqueue"}, "https://eu.test/enqueue"),
    ],
    ids=["inbox", "pagerduty", "key-file", "europe"],
)
def test_pages_leave_the_machine_only_with_a_key(folders: Folders, team: dict[str, str], url: str) -> None:
    render(folders, _environment(**_OWN, **team))
    assert url in _alertmanager(folders)


def test_the_secrets_are_for_alertmanager_alone_and_in_no_rendered_file(folders: Folders) -> None:
    render(
        folders, _environment(**_OWN, PAGERDUTY_ROUTING_KEY="canary-key", SLACK_WEBHOOK_URL="https://hooks.test/canary")
    )
    assert (folders.secrets / "pagerduty_routing_key").read_text() == "canary-key"
    assert {path.stat().st_mode & 0o777 for path in folders.secrets.iterdir()} == {0o600}
    assert [path for path in folders.rendered.rglob("*") if path.is_file() and b"canary" in path.read_bytes()] == []


def test_a_refused_file_leaves_rules_and_exporter_with_the_old_one(
    folders: Folders, capfd: pytest.CaptureFixture[str]
) -> None:
    render(folders, _environment(**_DEMO))
    before = {path: path.read_bytes() for path in folders.rendered.rglob("*") if path.is_file()}
    config = folders.mixin / "vigie.yaml"
    config.write_text(config.read_text() + "nonsense: 1\n")
    with pytest.raises(SetupError, match=r"vigie\.yaml was refused for the reason above; nothing has changed"):
        render(folders, _environment(**_DEMO))
    assert "vigie.yaml:" in capfd.readouterr().err
    assert {path: path.read_bytes() for path in folders.rendered.rglob("*") if path.is_file()} == before


def test_a_variable_of_the_team_is_not_mixed_with_the_demos(folders: Folders) -> None:
    with pytest.raises(SetupError, match=r"\.env says DATABASE_URL but not VIGIE_PRODUCT"):
        render(folders, _environment(**{**_DEMO, "DATABASE_URL": "postgresql://u@db.test/shop"}))


def test_a_product_of_ones_own_is_not_looked_for_where_the_demo_would_be(folders: Folders) -> None:
    with pytest.raises(SetupError, match=r"\.env does not say APP_URL"):
        render(folders, _environment(**{**_OWN, "APP_URL": ""}))


def test_the_password_that_everybody_tries_is_refused_for_a_product_of_ones_own() -> None:
    assert "choose another password" in str(refusal({**_OWN, "GRAFANA_PASSWORD": "admin"}, "", ()))
    assert refusal({**_OWN, "GRAFANA_PASSWORD": "better"}, "", ()) is None


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def _as_somebody_else() -> Iterator[None]:
    """Nothing is closed to root; whoever runs the tests as somebody else is closed out by mode 000 alone."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.parametrize(
    ("closed", "named"),
    [
        (["vigie.yaml"], "vigie.yaml"),
        (["signals"], "signals"),
        (["signals/units.libsonnet", "signals/main.libsonnet", "vigie.yaml"], "signals vigie.yaml"),
    ],
)
def test_what_the_container_cannot_read_is_named_with_what_to_type(folder: Path, closed: list[str], named: str) -> None:
    (folder / "signals").mkdir()
    for name in ("vigie.yaml", "signals/units.libsonnet", "signals/main.libsonnet"):
        (folder / name).write_text("x")
    refuse_unreadable(folder)
    for name in closed:
        (folder / name).chmod(0)
    with _as_somebody_else(), pytest.raises(SetupError, match=rf"cannot read {named}; run: chmod -R a\+rX {named}$"):
        refuse_unreadable(folder)
    for name in closed:
        (folder / name).chmod(0o700)


@contextmanager
def _part(status: int, answer: str) -> Iterator[tuple[str, int]]:
    """A part of the stack that answers so when it is told to reload."""

    class Handler(Quiet):
        def do_POST(self) -> None:  # noqa: N802 - the name that http.server calls
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

    with answering(Handler) as port:
        yield "127.0.0.1", port


def test_a_part_that_refuses_the_new_configuration_is_not_passed_over() -> None:
    with _part(200, "") as well, _part(500, "line 3: no such receiver") as ill:
        reload_running([well])
        with pytest.raises(SetupError, match=r"goes on with its old configuration, .* line 3: no such receiver"):
            reload_running([well, ill])


def test_a_part_that_does_not_run_is_not_waited_for() -> None:
    reload_running([("127.0.0.1", 9), ("no-such-part.invalid", 9093)])
