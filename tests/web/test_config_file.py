"""The format of the web configuration file: every key is honoured or refused with a sentence."""

from __future__ import annotations

import contextlib
import ssl
from pathlib import Path

import bcrypt
import pytest
import yaml
from cryptography.hazmat.primitives import serialization
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.real.certificates import Authority
from vigie.errors import WebConfigError
from vigie.web.config_file import CIPHERS, CURVES, TlsServer, load_web_config
from vigie.web.security import Security
from vigie.web.tls import ssl_context

HASH = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()
WHOLE = f"""
tls_server_config:
  cert_file: server.pem
  key_file: /etc/keys/server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: certs/ca.pem
  client_allowed_sans: [prometheus.example, 10.0.0.7]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: true
  curve_preferences: [X25519]
http_server_config:
  http2: true
  headers:
    Content-Security-Policy: default-src 'self'
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 1; mode=block
    Strict-Transport-Security: max-age=31536000
basic_auth_users:
  alice: {HASH}
  bob: {HASH.replace("$2b$", "$2y$")}
rate_limit:
  interval: 100ms
  burst: 20
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "web.yml"
    path.write_text(text)
    return path


def refusal(folder: Path, text: str) -> str:
    """What is said about a file, without the path of its folder."""
    with pytest.raises(WebConfigError) as caught:
        load_web_config(write(folder, text))
    return str(caught.value).replace(f"{folder}/", "")


def test_every_key_of_the_format_is_read(tmp_path: Path) -> None:
    config = load_web_config(write(tmp_path, WHOLE))
    assert config.tls_server_config is not None
    assert config.tls_server_config.min_version == "TLS12"
    assert set(config.users) == {"alice", "bob"}
    assert config.headers["X-Frame-Options"] == "deny"
    assert len(config.headers) == 5
    assert config.rate_limit is not None
    assert config.rate_limit.interval == 0.1


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    tls = load_web_config(write(tmp_path, WHOLE)).tls_server_config
    assert tls is not None
    assert tls.cert_file == tmp_path / "server.pem"
    assert tls.key_file == Path("/etc/keys/server.key")
    assert tls.client_ca_file == tmp_path / "certs/ca.pem"


def test_empty_parts_ask_for_nothing(tmp_path: Path) -> None:
    config = load_web_config(write(tmp_path, "basic_auth_users: {}\nhttp_server_config:\n  headers:\nrate_limit:\n"))
    assert (dict(config.users), dict(config.headers), config.tls_server_config) == ({}, {}, None)


def test_a_header_is_one_line_and_a_blank_one_is_none(tmp_path: Path) -> None:
    head = "http_server_config:\n  headers:\n    X-XSS-Protection: ''\n    Content-Security-Policy: "
    config = load_web_config(write(tmp_path, head + ">\n      default-src 'self';\n      img-src *\n"))
    assert config.headers == {"Content-Security-Policy": "default-src 'self'; img-src *"}
    assert "web.yml:4: http_server_config.headers.Content-Security-Policy" in refusal(tmp_path, head + '"a\\nb"\n')


def test_no_hash_and_no_key_stands_in_the_text_of_the_settings(tmp_path: Path) -> None:
    text = f"basic_auth_users:\n  alice: {HASH}\ntls_server_config:\n  cert_file: a\n  key: hunter2\n"
    shown = repr(load_web_config(write(tmp_path, text)))
    assert HASH not in shown
    assert "hunter2" not in shown


TLS = "tls_server_config:\n  cert_file: a.pem\n  key_file: a.key\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tls_server_confg:\n", "web.yml:1: unknown key 'tls_server_confg'; did you mean 'tls_server_config'?"),
        (
            TLS + "  cert_fil: b\n",
            "web.yml:4: unknown key 'tls_server_config.cert_fil'; did you mean 'cert_file'?",
        ),
        (
            "http_server_config:\n  headers:\n    X-Frame-Option: deny\n",
            "web.yml:3: unknown key 'http_server_config.headers.X-Frame-Option'; did you mean 'X-Frame-Options'?",
        ),
        (
            "http_server_config:\n  headers:\n    X-Frame-Options: maybe\n",
            "web.yml:3: http_server_config.headers.X-Frame-Options: expected one of deny or sameorigin, got 'maybe'",
        ),
        ("tls_server_config:\n  key_file: a\n", "web.yml:1: tls_server_config.cert_file: is missing"),
        ("tls_server_config:\n  cert_file: a\n", "web.yml:1: tls_server_config.key_file: is missing"),
        (
            "tls_server_config:\n",
            "web.yml:1: tls_server_config: has nothing below it, so nothing would be protected; fill it in, or leave",
        ),
        ("basic_auth_users:\n", "web.yml:1: basic_auth_users: has nothing below it, so nothing would be protected"),
        ("tls_server_config: {}\n", "web.yml:1: tls_server_config.cert_file: is missing"),
        (TLS + "  cert: x\n", "web.yml:4: tls_server_config.cert: is given as `cert_file` too; keep one"),
        (
            TLS + "  min_version: TLS10\n",
            "web.yml:4: tls_server_config.min_version: TLS10 is broken (RFC 8996) and not supported",
        ),
        (
            TLS + "  max_version: TLS14\n",
            "web.yml:4: tls_server_config.max_version: expected TLS12 or TLS13, got 'TLS14'",
        ),
        (
            TLS + "  min_version: TLS13\n  max_version: TLS12\n",
            "web.yml:4: tls_server_config.min_version: is above `max_version`",
        ),
        (
            TLS + "  client_auth_type: RequireAnyClientCert\n",
            "web.yml:4: tls_server_config.client_auth_type: RequireAnyClientCert takes certificates that nobody has ",
        ),
        (
            TLS + "  client_auth_type: RequireAndVerifyClientCerts\n",
            "web.yml:4: tls_server_config.client_auth_type: expected one of NoClientCert, RequireAndVerifyClientCert, ",
        ),
        (
            TLS + "  client_ca_file: ca.pem\n",
            "web.yml:4: tls_server_config.client_ca_file: has no effect without client_auth_type: ",
        ),
        (
            TLS + "  client_allowed_sans: [a]\n  client_auth_type: VerifyClientCertIfGiven\n",
            "web.yml:4: tls_server_config.client_allowed_sans: needs client_auth_type: RequireAndVerifyClientCert",
        ),
        (
            TLS + "  cipher_suites:\n    - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA265\n",
            "web.yml:5: tls_server_config.cipher_suites[0]: expected a secure cipher suite by its name in Go; did",
        ),
        (
            TLS + "  curve_preferences: [P256]\n",
            "web.yml:4: tls_server_config.curve_preferences[0]: expected one of CurveP256, CurveP384, ",
        ),
        (
            TLS + "  curve_preferences: [X25519, CurveP256]\n",
            "web.yml:4: tls_server_config.curve_preferences: Vigie can be held to one curve only; name one, or ",
        ),
        (
            "basic_auth_users:\n  alice: hunter2\n",
            "web.yml:2: basic_auth_users.alice: expected a bcrypt hash of the password, as `htpasswd -nBC 10 ",
        ),
        (
            "basic_auth_users: [alice]\n",
            "web.yml:1: basic_auth_users: expected keys and values, got a list",
        ),
        (
            "rate_limit:\n  interval: 1s\n",
            "web.yml:1: rate_limit.burst: is missing: without it no request would ever pass",
        ),
        ("rate_limit:\n  interval: soon\n  burst: 1\n", "web.yml:2: rate_limit.interval: expected a duration such as"),
        ("tls_server_config: [\n", "web.yml:2: not valid YAML: brackets or braces are not closed"),
        ("- a\n", "web.yml:1: the file holds no keys and values"),
        ("", "web.yml:1: the file is empty"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    assert refusal(tmp_path, text).startswith(said)
    assert "hunter2" not in refusal(tmp_path, text)


def test_a_user_name_with_a_colon_could_never_log_in(tmp_path: Path) -> None:
    assert "without a colon" in refusal(tmp_path, f'basic_auth_users:\n  "a:b": {HASH}\n')


_WORDS = st.sampled_from(
    ["tls_server_config", "cert_file", "basic_auth_users", "headers", "http_server_config", "rate_limit", "TLS12", "1s"]
)
_TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), _WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_WORDS, inner, max_size=4)),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_TREES)
def test_any_tree_is_a_configuration_or_a_refusal(tmp_path: Path, tree: object) -> None:
    with contextlib.suppress(WebConfigError):
        load_web_config(write(tmp_path, yaml.safe_dump(tree)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary())
def test_any_bytes_are_a_configuration_or_a_refusal(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "web.yml"
    path.write_bytes(content)
    with contextlib.suppress(WebConfigError):
        load_web_config(path)


# The files that it names


def files(folder: Path) -> TlsServer:
    issued = Authority(folder).issue("server")
    return TlsServer(cert_file=issued.cert_file, key_file=issued.key_file)


@pytest.mark.parametrize("curve", CURVES)
def test_every_curve_can_be_set(tmp_path: Path, curve: str) -> None:
    ssl_context(files(tmp_path).model_copy(update={"curve_preferences": (curve,)}))


@pytest.mark.parametrize("cipher", CIPHERS)
def test_every_cipher_suite_can_be_set(tmp_path: Path, cipher: str) -> None:
    context = ssl_context(files(tmp_path).model_copy(update={"cipher_suites": (cipher,)}))
    older = {one["name"] for one in context.get_ciphers() if one["protocol"] != "TLSv1.3"}
    wanted = CIPHERS[cipher]
    if wanted is None:
        assert context.minimum_version is ssl.TLSVersion.TLSv1_3
    else:
        assert older == {wanted}


def test_the_servers_order_of_ciphers_can_be_given_up(tmp_path: Path) -> None:
    own = files(tmp_path)
    assert ssl_context(own).options & ssl.OP_CIPHER_SERVER_PREFERENCE
    given_up = ssl_context(own.model_copy(update={"prefer_server_cipher_suites": False}))
    assert not given_up.options & ssl.OP_CIPHER_SERVER_PREFERENCE


def test_a_missing_certificate_is_named(tmp_path: Path) -> None:
    with pytest.raises(WebConfigError, match=r"/a\.pem: cannot be read: No such file or directory"):
        Security(write(tmp_path, TLS))


def test_a_key_of_another_certificate_is_said_to_be(tmp_path: Path) -> None:
    other = Authority(tmp_path / "other").issue("server")
    with pytest.raises(WebConfigError, match=r"this key does not belong to the certificate"):
        ssl_context(files(tmp_path).model_copy(update={"key_file": other.key_file}))


def test_what_is_no_pem_is_said_to_be(tmp_path: Path) -> None:
    own = files(tmp_path)
    (tmp_path / "noise.pem").write_text("noise")
    with pytest.raises(WebConfigError, match="expected a certificate and its key in PEM form"):
        ssl_context(own.model_copy(update={"cert_file": tmp_path / "noise.pem"}))
    with pytest.raises(WebConfigError, match="expected certificates of authorities in PEM form"):
        ssl_context(
            own.model_copy(
                update={"client_ca_file": tmp_path / "noise.pem", "client_auth_type": "RequireAndVerifyClientCert"}
            )
        )


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_password(tmp_path: Path) -> None:
    own = files(tmp_path)
    assert own.key_file is not None
    key = serialization.load_pem_private_key(own.key_file.read_bytes(), None)
    own.key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
        )
    )
    with pytest.raises(WebConfigError, match="the key is encrypted"):
        ssl_context(own)
