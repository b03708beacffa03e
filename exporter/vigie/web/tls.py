"""From `tls_server_config` to an `ssl.SSLContext`, and one that follows the files when they change."""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from vigie.errors import WebConfigError
from vigie.web.config_file import CIPHERS, CURVES, TlsServer

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENTS = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}


def ssl_context(config: TlsServer) -> ssl.SSLContext:
    """
    Make a context for a server.

    Raises:
        WebConfigError: A certificate or key cannot be read, or they do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[config.min_version]
    context.maximum_version = _VERSIONS[config.max_version]
    context.verify_mode = _CLIENTS[config.client_auth_type]
    if not config.prefer_server_cipher_suites:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    for curve in config.curve_preferences:
        context.set_ecdh_curve(CURVES[curve])
    _choose_ciphers(context, config)
    _load_certificate(context, config)
    if context.verify_mode != ssl.CERT_NONE:
        _load_authorities(context, config)
    if config.client_allowed_sans is not None:
        context.sslobject_class = _asking_for(frozenset(config.client_allowed_sans))
    return context


class FollowingContext(ssl.SSLContext):
    """
    A context that has each new connection made by the context of that moment.

    asyncio asks the context of a listener for an `SSLObject` per connection, by `wrap_bio`.

    Attributes:
        current: Gives the context of the moment; it must not raise.
    """

    current: Callable[[], ssl.SSLContext]

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """Begin a connection."""
        return self.current().wrap_bio(*args, **options)


def _choose_ciphers(context: ssl.SSLContext, config: TlsServer) -> None:
    if not config.cipher_suites:
        return
    names = [name for name in (CIPHERS[suite] for suite in config.cipher_suites) if name]
    if names:
        context.set_ciphers(":".join(names))
    elif config.max_version == "TLS13":
        context.minimum_version = ssl.TLSVersion.TLSv1_3


def _load_certificate(context: ssl.SSLContext, config: TlsServer) -> None:
    with (
        _as_file(config.cert_file, config.cert) as cert,
        _as_file(config.key_file, config.key.get_secret_value()) as key,
    ):
        where = f"{config.cert_file or 'tls_server_config.cert'}", f"{config.key_file or 'tls_server_config.key'}"
        _readable(cert, key)
        try:
            context.load_cert_chain(cert, key, password=lambda: _refuse_password(where[1]))
        except ssl.SSLError as problem:
            if problem.reason == "KEY_VALUES_MISMATCH":
                raise WebConfigError(f"{where[1]}: this key does not belong to the certificate {where[0]}") from None
            raise WebConfigError(f"{where[0]} and {where[1]}: expected a certificate and its key in PEM form") from None


def _load_authorities(context: ssl.SSLContext, config: TlsServer) -> None:
    if not config.client_ca_file and not config.client_ca:
        context.load_default_certs(ssl.Purpose.CLIENT_AUTH)
        return
    try:
        if config.client_ca_file:
            _readable(config.client_ca_file)
            context.load_verify_locations(cafile=config.client_ca_file)
        else:
            context.load_verify_locations(cadata=config.client_ca)
    except ssl.SSLError:
        where = config.client_ca_file or "tls_server_config.client_ca"
        raise WebConfigError(f"{where}: expected certificates of authorities in PEM form") from None


def _readable(*paths: Path) -> None:
    for path in paths:
        try:
            path.open("rb").close()
        except OSError as problem:
            raise WebConfigError(f"{path}: cannot be read: {problem.strerror}") from None


def _refuse_password(where: str) -> str:
    raise WebConfigError(f"{where}: the key is encrypted; store it in plain form, readable by Vigie's user alone")


@contextlib.contextmanager
def _as_file(path: Path | None, content: str) -> Iterator[Path]:
    """The file itself, or one for the moment that holds `content`: OpenSSL's loader takes nothing else."""
    if path:
        yield path
        return
    with tempfile.NamedTemporaryFile("w") as file:  # created with mode 0600
        file.write(content)
        file.flush()
        yield Path(file.name)


def _asking_for(allowed: frozenset[str]) -> type[ssl.SSLObject]:
    """A kind of connection that ends its handshake unless the client's certificate holds one of the names."""

    class NamedClient(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            if allowed.isdisjoint(_names(self.getpeercert() or {})):
                raise ssl.SSLCertVerificationError("the client's certificate holds none of client_allowed_sans")

    return NamedClient


def _names(certificate: Any) -> Iterator[str]:
    """The alternative names of a certificate, addresses in their short form."""
    for kind, name in certificate.get("subjectAltName", ()):
        yield str(ipaddress.ip_address(name.strip())) if kind == "IP Address" else name
