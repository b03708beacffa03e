"""From what a vendor says to what a series may hold: safe and unique label values, times, and sets of states."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from vigie.core.families import Families, Family

UNKNOWN = "unknown"
"""Label value of a state that the documentation does not name."""
_LONGEST = 80
_URL = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_PERSON = re.compile(r"\S+@\S+")
_QUERY = re.compile(r"\?\S*")


def label(text: str) -> str:
    """A person's words as a label value: one line, bounded, of a URL only the host, no e-mail address, no query."""
    text = _PERSON.sub("…", _URL.sub(_host, text))
    words = " ".join(_QUERY.sub("", text).split())
    return "".join(character for character in words if character.isprintable())[:_LONGEST]


def unique(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """
    Label values for things that people named, by their ids: safe, and no two the same.

    Args:
        names: Id and name of each thing. Where names are alike, or empty, the id tells them apart.
    """
    labels = {identity: label(name) for identity, name in names}
    known = Counter(labels.values())
    found = {identity: text for identity, text in labels.items() if text and known[text] == 1}
    taken = set(found.values())
    for identity, text in labels.items():
        if identity not in found:
            mark = f" ({label(identity)})"
            found[identity] = f"{text}{mark}".lstrip()
            while found[identity] in taken:
                found[identity] += mark
            taken.add(found[identity])
    return found


def unix(text: str | None) -> float | None:
    """Unix time of an ISO 8601 date, in UTC where it names no zone; None where there is none that can be read."""
    try:
        moment = datetime.fromisoformat(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        return None


def states(families: Families, family: Family, known: Sequence[str], current: str, *labels: str) -> None:
    """Add a series for each known state and for `unknown`: 1 for the current one, 0 for the others."""
    found = current if current in known else UNKNOWN
    for state in dict.fromkeys((*known, UNKNOWN)):
        families.add(family, float(state == found), *labels, state)


def _host(match: re.Match[str]) -> str:
    try:
        return urlsplit(match[0]).hostname or ""
    except ValueError:
        return ""
