"""
What a URL may look like, where it is shown and where it holds a password.

No message here repeats anything of a URL: in one that a special character has torn, any part may be a part of the
password.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import SplitResult, parse_qsl, urlsplit

LAST_PORT = 65535
_LONGEST_HOST = 253
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
"""A part of a host name between its dots: RFC 1123, and the underscores and other alphabets that resolvers take."""
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+")
_SECRETS = {
    *("apikey", "auth", "authorization", "bearer", "cred", "credential", "credentials", "jwt", "key", "passphrase"),
    *("passwd", "password", "pass", "pwd", "pw", "secret", "session", "sig", "signature", "token", "accesstoken"),
}
"""Words in the name of a query parameter whose value is a secret."""
_ENCODE = "percent-encode special characters in it: %40 for @, %23 for #, %2F for /, %3F for ?, %3A for :"
_IN_FILES = "this URL is shown in files, labels and messages; credentials belong in a file, named by a `…_file` key"


def split(url: str, schemes: Collection[str], example: str) -> SplitResult:
    """
    Take a URL apart.

    Args:
        url: The URL; it may hold a user name and password.
        schemes: What may stand before `://`.
        example: One that is right, for the messages.

    Raises:
        ValueError: It has no such scheme, no host, no possible port, or a special character tears it apart.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in schemes:
        known = " or ".join(f"{name}://" for name in schemes)
        raise ValueError(f"expected a URL that begins with {known}, such as {example}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"its host or port cannot be read; if it holds a password, {_ENCODE}") from None
    if "@" in f"{parts.path}{parts.query}{parts.fragment}":
        raise ValueError(f"an @ stands after the host; if it holds a password, {_ENCODE}")
    if any(character.isspace() or character in '\\<>"' for character in rest):
        raise ValueError(f"holds a blank or another character that no URL has; {_ENCODE}")
    if not is_host(parts.hostname or "") or port == 0:
        raise ValueError(f"its host or port is missing or impossible; expected a URL such as {example}")
    return parts


def shown(url: str, schemes: Collection[str] = ("http", "https"), example: str = "https://example.com/health") -> str:
    """
    Check a URL that people, files and labels show.

    Raises:
        ValueError: It is none, or it holds something that looks like a credential.
    """
    parts = split(url, schemes, example)
    if "#" in url:
        raise ValueError(f"has a fragment (#…), which is never sent; leave it out, as in {example}")
    if "@" in parts.netloc:
        raise ValueError(f"holds a user name or password; take them out: {_IN_FILES}")
    if any(_is_secret(name) for name, _ in _parameters(parts)):
        raise ValueError(f"a parameter of its query looks like a secret; take it out: {_IN_FILES}")
    return url


def base(url: str) -> str:
    """
    Check the address of an API, below which paths are asked for; gives it without a slash at its end.

    Raises:
        ValueError: It is no URL, holds a credential, or has a query, after which no path can come.
    """
    shown(url, example="https://api.example.com")
    if "?" in url:
        raise ValueError("has a query (?…); expected only scheme, host and path")
    return url.rstrip("/")


def host_and_port(text: str, *, port_needed: bool = True) -> str:
    """
    Check a `host:port`, without a scheme.

    Raises:
        ValueError: It is something else, or the port cannot be.
    """
    wanted = "host:port" if port_needed else "a host, or host:port"
    example = "such as example.com:9090" if port_needed else "such as example.com"
    if "://" in text or "/" in text:
        raise ValueError(f"expected {wanted} without http:// and without a path, {example}")
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        raise ValueError(f"expected {wanted} with a port from 1 to {LAST_PORT}, {example}") from None
    missing = port is None and (port_needed or text.endswith(":"))
    if missing or port == 0 or "@" in text or parts.netloc != text or not is_host(parts.hostname or ""):
        raise ValueError(f"expected {wanted} with a port from 1 to {LAST_PORT}, {example}")
    return text


def host_name(text: str) -> str:
    """
    Check the name of a host, without a scheme, a port or a path.

    Raises:
        ValueError: It is something else.
    """
    if not is_host(text) or ":" in text:
        raise ValueError("expected a host name, without https://, port or path, such as example.com")
    return text


def is_host(host: str) -> bool:
    """Whether a text is the name or the IP address of a host."""
    if ":" in host:  # IPv6: urlsplit has checked what is in brackets
        return True
    return len(host) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, host.removesuffix(".").split(".")))


def _parameters(parts: SplitResult) -> list[tuple[str, str]]:
    return [pair for separator in "&;" for pair in parse_qsl(parts.query, keep_blank_values=True, separator=separator)]


def _is_secret(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return not _SECRETS.isdisjoint({*words, "".join(words)})
