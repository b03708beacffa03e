"""Ports, the team's `.env`, and the variables of `vigie.yaml`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.native.errors import NativeError
from deploy.native.paths import ROOT
from deploy.native.settings import Settings, read_dotenv
from deploy.ports import PORTS
from deploy.product import APPLICATION


def _read(folder: Path, text: str | None = None, **environment: str) -> Settings:
    dotenv = folder / ".env"
    if text is not None:
        dotenv.write_text(text)
    return Settings.read(environment, dotenv)


def test_env_file_is_read_with_comments_quotes_and_export(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(
        "# who\nVIGIE_PRODUCT=shop\nexport A='b c'\nURL=\"postgres://u:p#w@h/d\" # comment\nEMPTY=\nD='$HOME'\n"
        "E=${VIGIE_PRODUCT}.example ${USER:-x}\n"
    )
    assert read_dotenv(path, {}) == {
        "VIGIE_PRODUCT": "shop",
        "A": "b c",
        "URL": "postgres://u:p#w@h/d",
        "EMPTY": "",
        "D": "$HOME",
        "E": "shop.example x",
    }


def test_a_line_without_a_value_is_refused_by_its_name_only(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SECRET=hunter2\nDATABASE_URL\n")
    with pytest.raises(NativeError, match=r"\.env:2: DATABASE_URL has no value; write DATABASE_URL=VALUE") as error:
        read_dotenv(path)
    assert "hunter2" not in str(error.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"\xff\xfe=1\n")
    with pytest.raises(NativeError, match="is not UTF-8 text"):
        read_dotenv(path)


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "9090.5", " "])
def test_a_port_that_is_none_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(NativeError, match="VIGIE_PORT_VIGIE is"):
        _read(tmp_path, VIGIE_PORT_VIGIE=text)


def test_ports_move_and_the_addresses_with_them(tmp_path: Path) -> None:
    settings = _read(tmp_path, VIGIE_PORT_PROMETHEUS="19090")
    assert settings.variables["VIGIE_STACK_PROMETHEUS"] == "127.0.0.1:19090"
    assert settings.variables["VIGIE_LINK_PROMETHEUS"] == "http://127.0.0.1:19090"
    assert settings.variables["VIGIE_LINK_DASHBOARDS"] == "http://127.0.0.1:3000"


def test_no_two_parts_listen_on_the_same_port() -> None:
    assert len(set(PORTS.values())) == len(PORTS)


def test_without_an_env_file_the_demo_is_watched_and_messages_stay_here(tmp_path: Path) -> None:
    settings = _read(tmp_path)
    assert settings.demo
    assert "127.0.0.1" in settings.variables["DATABASE_URL"]
    assert settings.variables["PAGERDUTY_URL"] == settings.url("inbox") + "/pagerduty/v2/enqueue"
    assert settings.channel_files["slack_webhook_url"].startswith(settings.url("inbox"))


def test_with_a_product_the_demo_is_not_watched_even_where_the_file_is_silent(tmp_path: Path) -> None:
    settings = _read(tmp_path, "VIGIE_PRODUCT=shop\nDATABASE_URL=postgresql://u@db/shop\nREDIS_URL=\n")
    assert not settings.demo
    assert settings.variables["DATABASE_URL"] == "postgresql://u@db/shop"
    assert "REDIS_URL" not in settings.variables


def test_an_env_file_with_a_channel_only_leaves_the_demo_running(tmp_path: Path) -> None:
    settings = _read(tmp_path, "SLACK_WEBHOOK_URL=https://hooks.slack.test/x\n")
    assert settings.demo
    assert settings.channel_files["slack_webhook_url"] == "https://hooks.slack.test/x"
    settings.refuse_mixture(ROOT / "vigie.yaml")


def test_a_channel_with_a_key_leaves_the_machine_and_one_without_goes_to_the_inbox(tmp_path: Path) -> None:
    settings = _read(tmp_path, "PAGERDUTY_ROUTING_KEY=key\n")
    assert settings.variables["PAGERDUTY_URL"] == "https://events.pagerduty.com/v2/enqueue"
    assert settings.channel_files["pagerduty_routing_key"] == "key"
    assert settings.channel_files["slack_webhook_url"].startswith(settings.url("inbox"))


def test_the_demo_sets_every_variable_of_the_example_that_has_no_default(tmp_path: Path) -> None:
    needed = set(re.findall(r"^ .*\$\{([A-Z_]+)\}", (ROOT / "vigie.yaml").read_text(), re.MULTILINE))
    assert needed <= _read(tmp_path).variables.keys()


def test_the_example_of_an_env_file_names_only_variables_that_are_used() -> None:
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "vigie.yaml").read_text()))
    used |= {"PAGERDUTY_ROUTING_KEY", "SLACK_WEBHOOK_URL", "GRAFANA_PASSWORD", "GRAFANA_ANONYMOUS"}
    assert read_dotenv(ROOT / ".env.example").keys() <= used


@pytest.mark.parametrize("name", APPLICATION)
def test_an_env_file_that_does_not_say_where_the_application_is_is_refused(tmp_path: Path, name: str) -> None:
    said = {each: "https://shop.example" for each in APPLICATION if each != name}
    settings = _read(tmp_path, "".join(f"{key}={value}\n" for key, value in {"VIGIE_PRODUCT": "shop", **said}.items()))
    with pytest.raises(NativeError, match=rf"\.env does not say {name}, which vigie\.yaml uses"):
        settings.refuse_mixture(ROOT / "vigie.yaml")
    own = tmp_path / "vigie.yaml"
    own.write_text("product: shop\n")
    settings.refuse_mixture(own)


def test_the_demo_says_where_its_application_is(tmp_path: Path) -> None:
    _read(tmp_path).refuse_mixture(ROOT / "vigie.yaml")


@pytest.mark.parametrize("name", ["APP_URL", "DATABASE_URL", "STRIPE_API_KEY"])
def test_the_demo_is_not_mixed_with_servers_of_ones_own(tmp_path: Path, name: str) -> None:
    settings = _read(tmp_path, f"{name}=https://shop.example\n")
    with pytest.raises(NativeError, match=rf"\.env says {name} but not VIGIE_PRODUCT"):
        settings.refuse_mixture(ROOT / "vigie.yaml")


def test_a_file_that_names_its_product_asks_for_the_same_in_the_env_file(tmp_path: Path) -> None:
    own = tmp_path / "vigie.yaml"
    own.write_text("product: shop\n")
    with pytest.raises(NativeError, match=r"vigie\.yaml names your product, but \.env does not say VIGIE_PRODUCT"):
        _read(tmp_path).refuse_mixture(own)


def test_a_vigie_yaml_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NativeError, match=r"vigie\.yaml cannot be read: No such file or directory"):
        _read(tmp_path).refuse_mixture(tmp_path / "vigie.yaml")
