"""Names of time zones that every machine knows: Alertmanager reads them from its own, which may lack old ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

_EVERYWHERE = frozenset({"UTC"})
_NAME = 2
"""Column of the name in `zone.tab`."""


def known_everywhere(zone: str) -> str:
    """
    The zone under a name that every distribution has: `US/Pacific` is `America/Los_Angeles`.

    Debian 13 and others have the old names in a package apart (tzdata-legacy). What the IANA lists for a country stays
    as it is, although some of these are links too.
    """
    links, listed = _links(), _listed()
    while zone not in listed and zone in links:
        zone = links[zone]
    return zone


@cache
def _links() -> dict[str, str]:
    """Old name to the one that it is a link to: lines such as `L America/Los_Angeles US/Pacific`."""
    fields = (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))
    return {name: target for _, target, name in fields}


@cache
def _listed() -> frozenset[str]:
    listed = (line.split("\t")[_NAME] for line in _lines("zone.tab") if not line.startswith("#"))
    return frozenset(listed) | _EVERYWHERE


def _lines(name: str) -> Iterator[str]:
    return iter(files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8").splitlines())
