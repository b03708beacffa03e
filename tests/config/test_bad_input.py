"""What people write wrongly: each is refused at once, with one plain sentence that names file, line and key."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from vigie.config.load import load
from vigie.errors import ConfigError, UserError, WebConfigError
from vigie.web.config_file import load_web_config

REDIS = "product: a\nsources:\n  redis:\n    url: redis://h\n"
POSTGRES = "product: a\nsources:\n  postgres:\n    dsn: "
CHANNEL = "product: a\nchannels:\n  slack:\n    webhook_url_file: "
PROBE = "product: a\nprobes:\n- name: api\n  url: "


def _refusal(tmp_path: Path, text: str, **environment: str) -> str:
    path = tmp_path / "vigie.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigError) as refused:
        load(path, environment)
    return str(refused.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        # lengths of time
        (REDIS + "    interval: 0s\n", "5: sources.redis.interval: expected a duration from 1s to 1d, got '0s'"),
        (REDIS + "    interval: 1ms\n", "5: sources.redis.interval: expected a duration from 1s to 1d, got '1ms'"),
        (
            REDIS + "    interval: 100000h\n",
            "5: sources.redis.interval: expected a duration from 1s to 1d, got '100000h'",
        ),
        (
            REDIS + "    interval: 15\n",
            "5: sources.redis.interval: expected a duration such as 15s, 5m or 1h30m, got 15",
        ),
        (
            REDIS + "    interval: 0.5\n",
            "5: sources.redis.interval: expected a duration such as 15s, 5m or 1h30m, got 0.5",
        ),
        (REDIS + "    timeout: 0s\n", "5: sources.redis.timeout: expected a duration from 100ms to 10m, got '0s'"),
        (
            REDIS + "    interval: 1m\n    max_age: 30s\n",
            (
                "6: sources.redis.max_age: is not longer than `interval`, so the numbers would vanish between two "
                "polls; set at least twice the interval, such as 1m for 15s, or leave it out"
            ),
        ),
        (PROBE + "http://h/\n  interval: 5s\n", "5: probes[0].interval: expected a duration from 10s to 1d, got '5s'"),
        (
            PROBE + "http://h/\n  interval: 10500ms\n",
            "5: probes[0].interval: expected whole seconds, such as 15s or 1m30s",
        ),
        # addresses
        (
            "product: a\nstack:\n  prometheus: p:99999\n",
            (
                "3: stack.prometheus: expected host:port with a port from 1 to 65535, such as example.com:9090, "
                "got 'p:99999'"
            ),
        ),
        (
            "product: a\nstack:\n  prometheus: http://p:1\n",
            "3: stack.prometheus: expected host:port without http:// and without a path, such as example.com:9090",
        ),
        (REDIS.replace("//h", "//h:99999"), "4: sources.redis.url: its host or port cannot be read; a password "),
        (PROBE + "'http://[::1/'\n", "4: probes[0].url: its host or port cannot be read; if it holds a password, "),
        (
            PROBE + "nosuch.invalid:9000\n",
            (
                "4: probes[0].url: expected a URL that begins with http:// or https://, such as "
                "https://example.com/health, got 'nosuch.invalid:9000'"
            ),
        ),
        (
            "product: a\nchannels:\n  email: {smarthost: 'smtp:0', sender: a@x.y, to: [a@x.y]}\n",
            "3: channels.email.smarthost: expected host:port with a port from 1 to 65535",
        ),
        *(
            (f"product: a\nstack:\n  {part}: '*:9090'\n", f"3: stack.{part}: expected host:port with a port from 1")
            for part in ("prometheus", "vigie", "node")
        ),
        (f"product: a\nstack:\n  node: {'a' * 64}:1\n", "3: stack.node: expected host:port with a port"),
        (f"product: a\nstack:\n  node: {'a.' * 130}b:1\n", "3: stack.node: expected host:port with a port"),
        (f"{PROBE}http://{'a.' * 130}b/\n", "4: probes[0].url: its host or port is missing or impossible; expected"),
        (REDIS.replace("//h", "//*"), "4: sources.redis.url: its host or port cannot be read; a password "),
        *(
            (
                f"product: a\ndomain: '{text}'\n",
                "2: domain: expected a host name, without https://, port or path, such as example.com",
            )
            for text in ("https://u:hunter2@x", "u:hunter2@x", "x.example:443", "x.example/shop", "*", "", "a..b")
        ),
        (
            f"{PROBE}http://h/metrics#hunter2\n",
            "4: probes[0].url: has a fragment (#…), which is never sent; leave it out, as in https://example.com/",
        ),
        ("product: a\napp: {memory_limit: 0}\n", "2: app.memory_limit: expected more than 0"),
        # references
        ("product: ${E\n", "1: product: a ${ begins no reference; write ${NAME}, ${NAME:-default} or ${file:/path}"),
        ("product: ${A:-${B}}\n", "1: product: a ${ begins no reference; write ${NAME}"),
        # the same twice
        (
            PROBE + "http://h/\n- name: api\n  url: http://i/\n",
            "5: probes[1].name: another probe has this name already, and would hide its outage; choose another",
        ),
        (
            "product: a\nsources:\n  celery:\n    broker: redis://h\n    queues: [mail, mail]\n",
            "5: sources.celery.queues[1]: is the same as item 1 of the list; keep one",
        ),
        # kinds of values
        ("product: yes\n", "1: product: expected text (put it in quotes if it looks like a number"),
        ("product:\n", "1: product: expected text (put it in quotes if it looks like a number"),
        ("product: a\nsources: []\n", "2: sources: expected a key for each source, such as `redis:`, got a list"),
        ("product: a\nthresholds: {HighErrorRate: 5}\n", "2: thresholds.HighErrorRate: expected keys and values, such"),
        ("product: a\nprobes: x\n", "2: probes: expected a list, such as [one, other], got 'x'"),
        (
            "product: a\nenvironment: prod\n",
            "2: environment: expected one of production, staging or development, got 'prod'",
        ),
        (
            "product: a\nthresholds:\n  HighErrorRate: {warning: .nan}\n",
            "3: thresholds.HighErrorRate.warning: expected a number, or off, got .nan",
        ),
        (
            "product: a\nthresholds:\n  X: {minimum: .inf}\n",
            "3: thresholds.X.minimum: expected a number that is not",
        ),
        (REDIS + "    max_series: true\n", "5: sources.redis.max_series: expected a number, got true"),
        (REDIS + "    max_series: 1.5\n", "5: sources.redis.max_series: expected a whole number, got 1.5"),
        (
            "product: a\nthresholds:\n  X: {lasting: 5m}\n",
            "3: unknown key 'thresholds.X.lasting'; known are: for",
        ),
        ("product: a\nthresholds:\n  X: {four: 5m}\n", "3: unknown key 'thresholds.X.four'; did you mean 'for'?"),
        # YAML
        ("product: a\n<<: {domain: x}\n", "2: merge keys (<<) are not taken; write the keys out"),
        (
            "product: !!python/object:os.system x\n",
            "1: a tag (a word that begins with !) is not taken; put the word in",
        ),
        ("product: !!binary aHVudGVyMg==\n", "1: a tag (a word that begins with !) is not taken; put the word in"),
        ("product: *hunter2\n", "1: not valid YAML: a word that begins with * (an alias) refers to nothing; put it in"),
        ("product: @hunter2\n", "1: not valid YAML: a word begins with a sign that YAML keeps for itself"),
        ("product: a\n\tdomain: x\n", "2: not valid YAML: a tab; indent with spaces"),
        ("product: a\n? [a]\n: b\n", "2: a key is empty, a list or a section; expected a word, as in `key: value`"),
        ("product: a\ndomain: x\0y\n", "2: holds a NUL byte; write it on one line, without invisible characters"),
        ('product: "a\\0"\n', "1: product: holds a NUL byte; write it on one line, without invisible characters"),
        ("product: a\ndomain: x\u200by\n", "2: holds the invisible character U+200B; write it on one line"),
        ("product: a\n---\nproduct: b\n", "2: not valid YAML: a second document (---); keep one"),
        # PostgreSQL's addresses
        (
            POSTGRES + "postgresql://u:p@h/d?pgbouncer=true\n",
            (
                "4: sources.postgres.dsn: its parameter `pgbouncer` is Prisma's, not one of PostgreSQL's client "
                "library; leave it out"
            ),
        ),
        (POSTGRES + "host=h schema=x\n", "4: sources.postgres.dsn: its parameter `schema` is Prisma's"),
        (
            POSTGRES + "postgresql://h/d?sslmode=typo\n",
            "4: sources.postgres.dsn: its parameter `sslmode` has a value that is none of disable, allow, prefer, ",
        ),
        (
            POSTGRES + "postgresql://h/d?target_session_attrs=writable\n",
            "4: sources.postgres.dsn: its parameter `target_session_attrs` has a value that is none of any, read-write",
        ),
        (POSTGRES + "postgresql://h:99999/d\n", "4: sources.postgres.dsn: its host, port or database is not one; "),
        (
            POSTGRES + '"postgresql://u:p@h/d\\n"\n',
            "4: sources.postgres.dsn: holds a line break; write it on one line, without invisible characters",
        ),
    ],
)
def test_it_is_refused_with_one_plain_sentence(text: str, refusal: str, tmp_path: Path) -> None:
    said = _refusal(tmp_path, text)
    assert said.startswith(f"vigie.yaml:{refusal}")
    assert "\n" not in said
    assert "hunter2" not in said


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        (REDIS + "    interval: ${CANARY}\n", "sources.redis.interval"),
        ("product: a\ntimezone: ${CANARY}\n", "timezone"),
        ("product: a\nthresholds:\n  X: {warning: '${CANARY}'}\n", "thresholds.X.warning"),
        ("product: a\nenvironment: ${CANARY}\n", "environment"),
        ("product: a\nstack: {vigie: '${CANARY}:99999'}\n", "stack.vigie"),
        (PROBE + "${CANARY}\n", "probes[0].url"),
    ],
)
def test_a_value_of_a_variable_is_never_repeated_but_its_name_is(text: str, variable: str, tmp_path: Path) -> None:
    said = _refusal(tmp_path, text, CANARY="zq1-canary")
    assert "zq1" not in said
    assert f"{variable}: expected" in said
    assert said.endswith(", got the value of ${CANARY}")


def test_of_a_variable_that_is_not_set_the_default_is_blamed(tmp_path: Path) -> None:
    said = _refusal(tmp_path, "product: a\ntimezone: ${ZONE:-Paris}\n")
    assert said.endswith(", got the default of ${ZONE}")


@pytest.mark.parametrize(
    "url",
    [
        "amqp://shop:8842/Zq1@127.0.0.1:5672/vh",
        "amqp://shop:88#Zq1@127.0.0.1:5672/vh",
        "amqp://shop:88?Zq1@127.0.0.1:5672/vh",
        "amqp://shop:Zq1/88@127.0.0.1:5672/vh",
        "redis://default:57#Zq1@127.0.0.1:6379/0",
        "redis://default:57/Zq1@127.0.0.1:6379/0",
        "redis://default:57?Zq1@127.0.0.1:6379/0",
        "redis://default:57/Zq1",
        "redis://[Zq1/0",
        "Zq1",
    ],
)
@pytest.mark.parametrize(("source", "key"), [("celery", "broker"), ("redis", "url")])
def test_an_address_that_its_password_tears_apart_is_refused_unseen(
    source: str, key: str, url: str, tmp_path: Path
) -> None:
    said = _refusal(tmp_path, f"product: a\nsources:\n  {source}:\n    {key}: '{url}'\n")
    assert said.startswith(f"vigie.yaml:4: sources.{source}.{key}: ")
    assert "Zq1" not in said
    assert "57" not in said
    assert "8842" not in said


@pytest.mark.parametrize(
    "dsn", ["postgresql://u:12/Zq1@h:5432/d", "postgresql://u:Zq1/x@h/d", "postgresql://u:Zq1@h:5432:1/d", "Zq1"]
)
def test_a_dsn_that_its_password_tears_apart_is_refused_unseen(dsn: str, tmp_path: Path) -> None:
    said = _refusal(tmp_path, f"{POSTGRES}'{dsn}'\n")
    assert said.startswith("vigie.yaml:4: sources.postgres.dsn: ")
    assert "Zq1" not in said


@pytest.mark.parametrize(
    "url",
    [
        "https://user:Zq1@shop.example/metrics",
        "https://Zq1@shop.example/metrics",
        "https://shop.example/metrics?token=Zq1",
        "https://shop.example/metrics?x=1&api_key=Zq1",
        "https://shop.example/metrics?accessToken=Zq1",
        "https://shop.example/metrics?X-Amz-Signature=Zq1",
        "https://shop.example/metrics#access_token=Zq1",
        "https://shop.example/metrics#Zq1",
        "https://shop.example/a@Zq1",
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        "app: {metrics: 'URL'}",
        "probes: [{name: api, url: 'URL'}]",
        "links: {prometheus: 'URL'}",
        "channels: {pagerduty: {routing_key_file: /k, url: 'URL'}}",
        "channels: {deadmansswitch: 'URL'}",
        "sources: {stripe: {api_key: k, base_url: 'URL'}}",
        "sources: {statuspages: {vendors: [acme], pages: {acme: {url: 'URL', format: statuspage}}}}",
        "channels: {sms: {region: eu-west-3, to: ['+33612345678'], api_url: 'URL'}}",
    ],
)
def test_a_url_that_is_shown_holds_no_credential(place: str, url: str, tmp_path: Path) -> None:
    said = _refusal(tmp_path, f"product: a\n{place.replace('URL', url)}\n")
    assert said.startswith("vigie.yaml:2: ")
    assert "Zq1" not in said


@pytest.mark.parametrize("query", ["author=anna", "monkey=1", "page=2&sort=asc", "keyboard=azerty"])
def test_a_harmless_query_is_no_credential(query: str, tmp_path: Path) -> None:
    path = tmp_path / "vigie.yaml"
    path.write_text(f"{PROBE}https://shop.example/health?{query}\n")
    assert load(path, {}).product.probes[0].url.endswith(query)


@pytest.mark.parametrize(
    "secret",
    [
        "https://hooks.slack.com/services/T0/B0/Zq1",
        "hooks.slack.com/services/T0/B0/Zq1",
        "/services/T0AB/B0CD/Zq1",
        "Zq1kd83ndk29dkalqpwo39dk3k",
        "Zq1+/dk==",
        "/run/secrets/Zq1/",
        "Zq1\\n",
        "secrets/Zq1",
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        "slack: {webhook_url_file: SECRET}",
        "pagerduty: {routing_key_file: SECRET}",
        "deadmansswitch_file: SECRET",
        "email: {smarthost: 'h:25', sender: a@x.y, to: [a@x.y], username: u, password_file: SECRET}",
        "pagerduty: {routing_key_file: /k, policy: {token_file: SECRET, levels: [{after: 0m, users: [a@x.y]}]}}",
    ],
)
def test_a_secret_in_place_of_its_file_is_refused_unseen(place: str, secret: str, tmp_path: Path) -> None:
    text = place.replace("SECRET", f'"{secret}"')
    said = _refusal(tmp_path, f"product: a\nchannels:\n  {text}\n")
    assert said.startswith("vigie.yaml:3: channels.")
    assert "Zq1" not in said


@pytest.mark.parametrize("path", ["/run/secrets/slack", "./secrets/slack", "../slack"])
def test_the_path_of_a_secret_file_is_taken(path: str, tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_text(f"{CHANNEL}{path}\n")
    slack = load(tmp_path / "vigie.yaml", {}).product.channels.slack
    assert slack is not None
    assert slack.webhook_url_file == Path(path)


def test_sections_without_content_are_left_out_and_switches_come_from_variables(tmp_path: Path) -> None:
    text = "product: a\nchannels:\nprobes:\nsources:\nthresholds:\napp:\nlinks:\n"
    (tmp_path / "vigie.yaml").write_text(text)
    assert load(tmp_path / "vigie.yaml", {}).product.probes == ()
    (tmp_path / "vigie.yaml").write_text(REDIS + "    enabled: ${ON:-no}\n")
    assert load(tmp_path / "vigie.yaml", {}).off == {"redis": "enabled: false"}


def test_windows_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "vigie.yaml").write_bytes(b"\xef\xbb\xbfproduct: a\r\ndomain: shop.example\r\n")
    assert load(tmp_path / "vigie.yaml", {}).product.domain == "shop.example"


# Too much


def _laughs(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        (_laughs(12), "aliases (*name) make the file larger than 10000 values; write out what is meant"),
        ("product: &a [*a]\n", "aliases (*name) make the file larger than 10000 values; write out what is meant"),
        ("product: " + "[" * 5000 + "]" * 5000 + "\n", "keys or lists are more than 40 deep in each other"),
        ("product: " + "{a: " * 5000 + "}" * 5000 + "\n", "keys or lists are more than 40 deep in each other"),
        ("product:\n" + "".join(" " * n + "- \n" for n in range(1, 400)), "keys or lists are more than 40 deep in"),
        ("product: [" + "x," * 100_000 + "]\n", "the file has more than 10000 values"),
        ("product: " + "x" * 10_000_000 + "\n", "vigie.yaml: is larger than 256 KiB"),
        ("product: " + "9" * 200_000 + "\n", "a number that cannot be read; put it in quotes if it is text"),
    ],
    ids=["laughs", "own alias", "brackets", "braces", "dashes", "list", "10 MB", "digits"],
)
def test_too_much_is_refused_in_no_time(text: str, refusal: str, tmp_path: Path) -> None:
    path = tmp_path / "vigie.yaml"
    path.write_text(text)
    for read, error in ((load, ConfigError), (load_web_config, WebConfigError)):
        started = time.process_time()
        with pytest.raises(error) as refused:
            read(path)
        assert refusal in str(refused.value)
        assert time.process_time() - started < 1


def _files(folder: Path) -> dict[str, Path]:
    os.mkfifo(folder / "pipe")
    (folder / "large").write_text("x" * 2**20)
    return {"a pipe": folder / "pipe", "a folder": folder, "a device": Path("/dev/zero"), "is larger": folder / "large"}


@pytest.mark.parametrize("what", ["a pipe", "a folder", "a device", "is larger"])
def test_what_has_no_end_or_no_text_is_not_read(what: str, tmp_path: Path) -> None:
    named = _files(tmp_path)[what]
    for read, error in ((load, ConfigError), (load_web_config, WebConfigError)):
        with pytest.raises(error) as refused:
            read(named)
        assert what in str(refused.value)
    assert what in _refusal(tmp_path, f"product: ${{file:{named}}}\n")
    (tmp_path / "vigie.yaml").write_text(f"product: a\nsources:\n  redis:\n    url: ${{file:{named}}}\n")
    assert what in load(tmp_path / "vigie.yaml", {}).off["redis"]


def test_references_come_to_a_bounded_length(tmp_path: Path) -> None:
    said = _refusal(tmp_path, f"product: a\ndomain: {'${A}' * 20_000}\n", A="x" * 100_000)
    assert said == "vigie.yaml:2: domain: the values of all references come to more than 1024 KiB"


@pytest.mark.parametrize("text", ["", "# nothing\n", "null\n", "x\n", "- a\n", "[", "{", "\0", "a: b: c\n", "%x\n"])
def test_an_empty_or_broken_web_configuration_is_one_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "web.yml"
    path.write_text(text)
    with pytest.raises(UserError) as refused:
        load_web_config(path)
    assert str(refused.value).startswith(f"{path}:")
    assert "\n" not in str(refused.value)
