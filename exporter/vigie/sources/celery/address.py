"""
Broker URLs, as kombu reads them (kombu/connection.py, kombu/transport/redis.py), taken apart (pure).

Several are separated by `;`, and an empty one is none. The first tells the kind. Sentinels are one address: the first
URL's user, password and database are those of the Redis behind them. Others stand for one another, each with its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from vigie.config import urls

EXAMPLE = "redis://host:6379/0"
_PORTS: Mapping[str, int] = {
    "redis": 6379,
    "rediss": 6379,
    "sentinel": 26379,
    "amqp": 5672,
    "amqps": 5671,
    "pyamqp": 5672,
}
_SOCKET = "redis+socket"
"""A Redis on this machine: the path is that of its socket, and `virtual_host` in the query the database."""
_SCHEMES = (*_PORTS, _SOCKET)
_KINDS = {"redis": "Redis", "rediss": "Redis", _SOCKET: "Redis", "sentinel": "Sentinel"}
_AMQP = "AMQP"
_NO_NUMBER = f"its path is no database number; expected a URL such as {EXAMPLE}"


@dataclass(frozen=True, slots=True)
class Address:
    """
    Where one broker is.

    Attributes:
        scheme: `redis`, `rediss`, `sentinel`, `amqp` or `amqps`.
        hosts: Host and port: one, or those of all Sentinels; none of a socket.
        socket: Path of the socket, if it is one.
        path: Database number, or virtual host.
        query: Options of the URL.
    """

    scheme: str
    hosts: tuple[tuple[str, int], ...]
    path: str
    username: str | None
    password: str | None
    query: Mapping[str, Sequence[str]]
    socket: str | None = None

    @property
    def is_redis(self) -> bool:
        """Whether queues are Redis keys."""
        return not self.scheme.startswith("amqp")

    @property
    def place(self) -> str:
        """Where it listens, in a sentence."""
        return self.socket or ", ".join(f"{host}:{port}" for host, port in self.hosts)

    @property
    def where(self) -> str:
        """How to call it in a sentence."""
        if self.scheme == "sentinel":
            return f"Redis behind the Sentinels {self.place}"
        kind, part = ("Redis", "database") if self.is_redis else ("RabbitMQ", "virtual host")
        return f"{kind} at {self.place}, {part} {self.path}"


def addresses(text: str) -> tuple[Address, ...]:
    """
    Take apart what `broker` says; at least one.

    Raises:
        ValueError: One of the URLs is none that Celery takes, or they are of several kinds.
    """
    parts = [_split(url) for url in text.split(";") if url.strip()]
    if not parts:
        raise ValueError(f"expected a URL that names a broker, such as {EXAMPLE}")
    kinds = {_KINDS.get(part.scheme, _AMQP) for part in parts}
    if len(kinds) > 1:
        raise ValueError(f"its URLs are of several kinds ({' and '.join(sorted(kinds))}); expected one kind")
    if kinds == {"Sentinel"}:
        hosts = tuple(host for part in parts for host in _address(part).hosts)
        first = _address(parts[0])
        return (Address(first.scheme, hosts, first.path, first.username, first.password, first.query),)
    return tuple(_address(part) for part in parts)


def passwords(text: str) -> tuple[str, ...]:
    """All that `broker` holds: what must be in no message."""
    return tuple(unquote(part.password) for url in text.split(";") if (part := urlsplit(url)).password)


def _split(url: str) -> SplitResult:
    if url.partition("://")[0].lower() == _SOCKET:
        return _split_socket(url)
    parts = urls.split(url, _SCHEMES, EXAMPLE)
    if "#" in url:
        raise ValueError(f"holds a #; in a password write %23, elsewhere leave it out, as in {EXAMPLE}")
    if parts.scheme in _KINDS:
        _number(parts.path.removeprefix("/"), _NO_NUMBER)
    return parts


def _split_socket(url: str) -> SplitResult:
    example = f"{_SOCKET}:///run/redis.sock?virtual_host=0"
    parts = urlsplit(url)
    if "@" in f"{parts.path}{parts.query}{parts.fragment}" or "#" in url or any(map(str.isspace, url)):
        raise ValueError(f"an @, a # or a blank stands where none may; expected a URL such as {example}")
    if parts.netloc.rpartition("@")[2] or not parts.path.strip("/"):
        raise ValueError(f"has a host, or no path of a socket; expected a URL such as {example}")
    _number(parse_qs(parts.query).get("virtual_host", ["0"])[-1], f"its virtual_host is no number, as in {example}")
    return parts


def _number(text: str, otherwise: str) -> None:
    if not (text or "0").isdecimal():
        raise ValueError(otherwise)


def _address(part: SplitResult) -> Address:
    user, password = (unquote(text) if text else None for text in (part.username, part.password))
    query = parse_qs(part.query)
    if part.scheme == _SOCKET:
        database = query.get("virtual_host", ["0"])[-1]
        return Address("redis", (), database, user, password, query, unquote(part.path))
    scheme = part.scheme.removeprefix("py")
    host = (part.hostname or "localhost", part.port or _PORTS[scheme])
    path = unquote(part.path.removeprefix("/"))
    return Address(scheme, (host,), path or ("0" if part.scheme in _KINDS else "/"), user, password, query)
