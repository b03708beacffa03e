"""What `sources.redis` may say, and the addresses that its URL names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from vigie.config.urls import is_host
from vigie.config.values import FilePath
from vigie.core.settings import Settings, WrongValueError
from vigie.core.source import SourceConfig

REDIS_PORT = 6379
SENTINEL_PORT = 26379
_SCHEMES = {
    "redis": (False, False),
    "rediss": (True, False),
    "unix": (False, False),
    "redis+sentinel": (False, True),
    "rediss+sentinel": (True, True),
}
"""By scheme: whether the connection is encrypted, and whether the hosts are sentinels."""
_FORMS = (
    "redis://host:6379, rediss://host:6379 (TLS), unix:///path/to/redis.sock "
    "or redis+sentinel://host:26379,host:26379/master-name"
)
_UNREADABLE = (
    "its host or port cannot be read; a password with special characters belongs in `password`, "
    f"or percent-encoded in the URL; one looks like {_FORMS}"
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens: a host and port, or the path of a Unix socket."""

    host: str
    port: int = 0

    @property
    def is_socket(self) -> bool:
        """Whether `host` is the path of a Unix socket."""
        return self.host.startswith("/")

    def __str__(self) -> str:
        if self.is_socket:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """
    A URL, read.

    Attributes:
        addresses: The server, or all sentinels.
        encrypted: Whether to speak TLS.
        master: Name of the master that the sentinels watch; empty without sentinels.
        username: ACL user; empty for the default one.
        password: Its password; empty for none.
    """

    addresses: tuple[Address, ...]
    encrypted: bool = False
    master: str = ""
    username: str = ""
    password: str = ""


def parse_url(url: str) -> Target:
    """
    Read a Redis URL. The number of a database and the query string are left aside: what is read is the whole server.

    Raises:
        ValueError: It is no such URL. The message never repeats the URL, which holds a password.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # its own message repeats the password
        raise ValueError(_UNREADABLE) from None
    if parts.scheme not in _SCHEMES:
        raise ValueError(f"expected a URL such as {_FORMS}")
    if "#" in url or "@" in f"{parts.path}{parts.query}":
        raise ValueError(_UNREADABLE)
    encrypted, sentinels = _SCHEMES[parts.scheme]
    credentials, _, hosts = parts.netloc.rpartition("@")
    username, _, password = credentials.partition(":")
    master = unquote(parts.path.strip("/").split("/")[0]) if sentinels else ""
    if sentinels and not master:
        raise ValueError(f"the name of the master is missing after the sentinels; one looks like {_FORMS}")
    if parts.scheme in ("redis", "rediss") and not (parts.path.strip("/") or "0").isdecimal():
        raise ValueError(f"its path is no database number; one looks like {_FORMS}")
    if parts.scheme == "unix":
        addresses: tuple[Address, ...] = (_socket(unquote(parts.path)),)
    else:
        addresses = tuple(_address(host, SENTINEL_PORT if sentinels else REDIS_PORT) for host in hosts.split(","))
        if len(addresses) > 1 and not sentinels:
            raise ValueError(f"names several hosts, which only sentinels may be; one looks like {_FORMS}")
    return Target(addresses, encrypted, master, unquote(username), unquote(password))


def _socket(path: str) -> Address:
    if not path.startswith("/"):
        raise ValueError(f"the path of the socket is missing; one looks like {_FORMS}")
    return Address(path)


def _address(text: str, default_port: int) -> Address:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    name = unquote(host or "")
    if "@" in text or port == 0 or not is_host(name):
        raise ValueError(_UNREADABLE)
    return Address(name, default_port if port is None else port)


class RedisTls(Settings):
    """How to check the server's certificate and show one's own; used with `rediss` URLs."""

    ca_file: FilePath | None = None
    """PEM file of authorities to trust beside the system's."""
    cert_file: FilePath | None = None
    """PEM file of the client certificate, where the server asks for one."""
    key_file: FilePath | None = None
    """PEM file of its private key; may be left out when `cert_file` holds it too."""
    verify: bool = True
    """Off accepts any certificate: encrypted, but anyone in between can read and write."""

    @model_validator(mode="after")
    def _key_has_certificate(self) -> Self:
        if self.key_file and not self.cert_file:
            raise WrongValueError("needs `cert_file` beside it", "key_file")
        return self


@dataclass(frozen=True, slots=True)
class Login:
    """
    How to get in.

    Attributes:
        username: ACL user; empty for the default one.
        password: Its password; empty for none.
        tls: How to encrypt, or None to speak in plain text.
    """

    username: str = ""
    password: str = ""
    tls: RedisTls | None = None


class RedisConfig(SourceConfig):
    """A Redis (or Valkey) server; its figures come from INFO."""

    url: SecretStr
    """`redis://`, `rediss://`, `unix://` or `redis+sentinel://host:26379,host:26379/master-name`."""
    username: str = ""
    """ACL user, unless it stands in the URL."""
    password: SecretStr = SecretStr("")
    """Password, unless it stands in the URL; here it needs no percent-encoding."""
    tls: RedisTls = Field(default_factory=RedisTls)
    sentinel_username: str = ""
    """ACL user of the sentinels, where they ask for one."""
    sentinel_password: SecretStr = SecretStr("")
    """Password of the sentinels, where they ask for one; it is apart from the server's."""

    @property
    def target(self) -> Target:
        """What the URL says."""
        return parse_url(self.url.get_secret_value())

    @property
    def login(self) -> Login:
        """How to get into the server."""
        target = self.target
        password = self.password.get_secret_value() or target.password
        return Login(self.username or target.username, password, self._tls)

    @property
    def sentinel_login(self) -> Login:
        """How to get into the sentinels."""
        return Login(self.sentinel_username, self.sentinel_password.get_secret_value(), self._tls)

    @property
    def _tls(self) -> RedisTls | None:
        return self.tls if self.target.encrypted else None

    @field_validator("url")
    @classmethod
    def _can_be_read(cls, url: SecretStr) -> SecretStr:
        parse_url(url.get_secret_value())
        return url

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.target.password and self.password.get_secret_value():
            raise WrongValueError("is given in `url` too; keep one of the two", "password")
        if self.login.username and not self.login.password:
            raise WrongValueError(
                "is missing, although there is a user name; set it, or leave out the user name", "password"
            )
        return self
