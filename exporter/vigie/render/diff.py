"""What `vigie render --check` shows: unified diffs of a bounded length, without secrets."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from vigie.core.logs import MASK, Redactor
from vigie.render.folder import Difference

_LINES_OF_A_FILE: Final = 40
_LINES_IN_ALL: Final = 400
_WIDTH: Final = 200
"""Characters of a line that are shown."""
_SECRETS: Final = (
    re.compile(r"(?P<keep>[a-z][a-z0-9+.-]*://)[^/\s@]*@", re.IGNORECASE),
    re.compile(
        r"(?P<keep>[?&](?:[\w-]*(?:key|token|secret|password|signature|auth|sig)[\w-]*)=)[^&\s\"']+", re.IGNORECASE
    ),
    re.compile(r"(?P<keep>hooks\.slack\.com/|discord(?:app)?\.com/api/webhooks/)[^\s\"']+", re.IGNORECASE),
    re.compile(
        r"(?P<keep>^[ +-][\s-]*[\"']?[\w-]*(?:key|token|secret|password|credentials|bearer|passphrase)[\"']?:\s+)\S.*",
        re.IGNORECASE,
    ),
)
"""
Where a file that somebody edited may hold a secret: before the `@` of a URL, in its query, in a webhook, after a key
such as `password:`. `password_file:` and the like name a file, and are shown.
"""


def show(differences: Iterable[Difference], folder: Path, redactor: Redactor) -> Iterator[str]:
    """The lines to print: for each file how it differs, then the diff from what is there to what is wanted."""
    left = _LINES_IN_ALL
    for difference in differences:
        name = str(folder / difference.path)
        yield f"{name}: {difference.what}"
        if not (difference.there and difference.wanted):
            continue
        diff = difflib.unified_diff(
            difference.there.splitlines(), difference.wanted.splitlines(), name, "as rendered", lineterm="", n=2
        )
        lines = list(islice(diff, _LINES_OF_A_FILE + 1))
        shown = min(_LINES_OF_A_FILE, left)
        yield from (_line(line, redactor) for line in lines[:shown])
        if len(lines) > shown:
            yield "  … and more"
        left -= min(len(lines), shown)


def _line(line: str, redactor: Redactor) -> str:
    text = redactor.text(line)
    for pattern in _SECRETS:
        text = pattern.sub(rf"\g<keep>{MASK}", text)
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"
