"""
The `--web.config.file`: TLS, client certificates, users, headers and rate limit of the listener.

The format is that of Prometheus and its exporters (exporter-toolkit, docs/web-configuration.md), so a file written for
one of them works here. What Python cannot do is refused with a sentence, never left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, create_model, field_validator, model_validator

from vigie.config.document import nearest, read, validate
from vigie.config.values import FilePath, matching
from vigie.core.settings import AnyText, Duration, Settings, WrongValueError
from vigie.errors import WebConfigError

_BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}")

CIPHERS = {
    "TLS_AES_128_GCM_SHA256": None,
    "TLS_AES_256_GCM_SHA384": None,
    "TLS_CHACHA20_POLY1305_SHA256": None,
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
}
"""Go's names of the cipher suites that it holds secure, and OpenSSL's. None: of TLS 1.3, which leaves no choice."""
CURVES = {"CurveP256": "prime256v1", "CurveP384": "secp384r1", "CurveP521": "secp521r1", "X25519": "X25519"}
"""Go's names of the curves, and OpenSSL's."""


def _version(name: str) -> str:
    if name in {"TLS10", "TLS11"}:
        raise ValueError(f"{name} is broken (RFC 8996) and not supported; use TLS12 or TLS13")
    if name not in {"TLS12", "TLS13"}:
        raise ValueError("expected TLS12 or TLS13")
    return name


def _client_auth(name: str) -> str:
    if name in {"RequestClientCert", "RequireAnyClientCert", "RequireClientCert"}:
        raise ValueError(
            f"{name} takes certificates that nobody has verified and is not supported; "
            "use RequireAndVerifyClientCert, or VerifyClientCertIfGiven where a certificate is optional"
        )
    known = ["NoClientCert", "RequireAndVerifyClientCert", "VerifyClientCertIfGiven"]
    if name not in known:
        raise ValueError(f"expected one of {', '.join(known)}")
    return name


def _cipher(name: str) -> str:
    if name not in CIPHERS:
        raise ValueError(f"expected a secure cipher suite by its name in Go; {nearest(name, CIPHERS)}")
    return name


def _curve(name: str) -> str:
    if name not in CURVES:
        raise ValueError(f"expected one of {', '.join(CURVES)}")
    return name


def _user(name: str) -> str:
    if not name or ":" in name:
        raise ValueError("expected a user name of at least one character, without a colon")
    return name


def _hash(secret: SecretStr) -> SecretStr:
    if not _BCRYPT.fullmatch(secret.get_secret_value()):
        raise ValueError("expected a bcrypt hash of the password, as `htpasswd -nBC 10 NAME` prints after the colon")
    return secret


class TlsServer(Settings):
    """`tls_server_config`: the listener's certificate, and what clients must show and speak."""

    cert_file: FilePath | None = None
    key_file: FilePath | None = None
    cert: Annotated[str, AnyText()] = ""
    """The certificate itself, instead of `cert_file`."""
    key: Annotated[SecretStr, AnyText()] = SecretStr("")
    """The key itself, instead of `key_file`."""
    client_auth_type: Annotated[str, AfterValidator(_client_auth)] = "NoClientCert"
    client_ca_file: FilePath | None = None
    client_ca: Annotated[str, AnyText()] = ""
    """The authorities themselves, instead of `client_ca_file`."""
    client_allowed_sans: tuple[str, ...] | None = None
    """Names of which a client's certificate must hold one: DNS, IP, e-mail or URI."""
    min_version: Annotated[str, AfterValidator(_version)] = "TLS12"
    max_version: Annotated[str, AfterValidator(_version)] = "TLS13"
    cipher_suites: tuple[Annotated[str, AfterValidator(_cipher)], ...] = ()
    prefer_server_cipher_suites: bool = True
    curve_preferences: Annotated[tuple[Annotated[str, AfterValidator(_curve)], ...], Field(max_length=4)] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for name, in_file, inline in (
            ("cert", self.cert_file, self.cert),
            ("key", self.key_file, self.key.get_secret_value()),
        ):
            if not in_file and not inline:
                raise WrongValueError(
                    "is missing; name the file, or give the text itself as `" + name + "`", f"{name}_file"
                )
            if in_file and inline:
                raise WrongValueError(f"is given as `{name}_file` too; keep one", name)
        if self.client_ca_file and self.client_ca:
            raise WrongValueError("is given as `client_ca_file` too; keep one", "client_ca")
        if self.min_version > self.max_version:
            raise WrongValueError("is above `max_version`", "min_version")
        if len(self.curve_preferences) > 1:
            raise WrongValueError(
                "Vigie can be held to one curve only; name one, or leave this out", "curve_preferences"
            )
        self._clients_fit()
        return self

    def _clients_fit(self) -> None:
        if (self.client_ca_file or self.client_ca) and self.client_auth_type == "NoClientCert":
            raise WrongValueError(
                "has no effect without client_auth_type: RequireAndVerifyClientCert", "client_ca_file"
            )
        if self.client_allowed_sans is not None and self.client_auth_type != "RequireAndVerifyClientCert":
            raise WrongValueError("needs client_auth_type: RequireAndVerifyClientCert", "client_allowed_sans")

    def beside(self, folder: Path) -> Self:
        """The same with paths that are relative to `folder` made whole."""
        paths = {name: getattr(self, name) for name in ("cert_file", "key_file", "client_ca_file")}
        return self.model_copy(update={name: folder / path for name, path in paths.items() if path})


_HeaderValue = Annotated[
    str,
    AnyText(),
    StringConstraints(strip_whitespace=True),
    matching(r"[ -~]*", "one line of letters, digits and signs, as a header has it"),
]
"""One line of ASCII: what HTTP lets through."""
_HEADERS: Mapping[str, Any] = {
    "Content-Security-Policy": (_HeaderValue | None, None),
    "Strict-Transport-Security": (_HeaderValue | None, None),
    "X-Content-Type-Options": (Literal["nosniff"] | None, None),
    "X-Frame-Options": (Literal["deny", "sameorigin"] | None, None),
    "X-XSS-Protection": (_HeaderValue | None, None),
}
"""The headers that the format knows, their values, and that none is there unless it is named."""

Headers = create_model("Headers", __base__=Settings, **_HEADERS)


class HttpServer(Settings):
    """`http_server_config`."""

    http2: bool = True
    """Accepted without effect: Vigie speaks HTTP/1.1, which every client of HTTP/2 understands."""
    headers: Headers | None = None
    """Headers of every response."""


class RateLimit(Settings):
    """`rate_limit`: a token bucket for all clients together."""

    interval: Duration = 0.0
    """Time in which one request becomes possible again; 0s is no limit."""
    burst: int = Field(default=0, ge=0)
    """Requests that are possible at once."""

    @model_validator(mode="after")
    def _lets_something_through(self) -> Self:
        if self.interval and not self.burst:
            raise WrongValueError(
                "is missing: without it no request would ever pass; give a number, such as 20", "burst"
            )
        return self


_PROTECTING = ("tls_server_config", "basic_auth_users")
"""The sections without which everybody can read."""


class WebConfig(Settings):
    """The whole file."""

    tls_server_config: TlsServer | None = None
    http_server_config: HttpServer | None = None
    basic_auth_users: (
        dict[Annotated[str, AfterValidator(_user)], Annotated[SecretStr, AfterValidator(_hash)]] | None
    ) = None
    rate_limit: RateLimit | None = None

    @classmethod
    def _may_be_empty(cls, key: str) -> bool:
        return key not in _PROTECTING and super()._may_be_empty(key)

    @field_validator(*_PROTECTING, mode="before")
    @classmethod
    def _protects(cls, section: object) -> object:
        """Whoever writes one of these keys wants the listener protected, and nothing below it would leave it open."""
        if section is None:
            raise ValueError("has nothing below it, so nothing would be protected; fill it in, or leave the key out")
        return section

    @property
    def users(self) -> Mapping[str, str]:
        """Names and bcrypt hashes; none means that nobody is asked."""
        return {name: secret.get_secret_value() for name, secret in (self.basic_auth_users or {}).items()}

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of every response."""
        headers = self.http_server_config.headers if self.http_server_config else None
        return {name: value for name, value in (headers.model_dump() if headers else {}).items() if value}


def load_web_config(path: Path) -> WebConfig:
    """
    Read and check the file; the certificates that it names are not opened yet.

    Raises:
        WebConfigError: One line for each thing that is wrong: file, line, key, what was expected.
    """
    document = read(path, WebConfigError, "rate_limit: {interval: 1s, burst: 20}")
    config = validate(document, WebConfig, document.data, error=WebConfigError)
    if config.tls_server_config is None:
        return config
    return config.model_copy(update={"tls_server_config": config.tls_server_config.beside(path.parent)})
