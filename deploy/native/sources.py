"""Where this machine's own apt gets Debian from."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.native.errors import NativeError

ETC = Path("/etc/apt")
OS_RELEASE = Path("/etc/os-release")
_ONE_LINE = re.compile(
    r"^[ \t]*deb[ \t]+(?:\[(?P<options>[^]]*)\][ \t]*)?(?P<uri>\S+)[ \t]+(?P<suite>\S+)(?P<components>[^\n#]*)",
    re.MULTILINE,
)
_FIELD = re.compile(r"^([\w-]+):(.*(?:\n[ \t].*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Repository:
    """A package source: where a suite is, its parts, and the keyring that must have signed it, if one is named."""

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""

    @property
    def is_debian(self) -> bool:
        """Whether it is Debian's own archive, not somebody's packages for Debian: that is how mirrors are laid out."""
        last = self.uri.rstrip("/").rpartition("/")[2]
        return "main" in self.components and last.startswith("debian")

    def line(self, suite: str | None = None) -> str:
        """As a line of `sources.list`, for `suite` or its own."""
        option = f"[signed-by={self.signed_by}] " if self.signed_by else ""
        return f"deb {option}{self.uri} {suite or self.suite} main"


def repositories(etc: Path = ETC) -> Iterator[Repository]:
    """The package sources of this machine, from both formats that apt reads; see sources.list(5)."""
    parts = etc / "sources.list.d"
    for path in [etc / "sources.list", *sorted(parts.glob("*.list"))]:
        if path.is_file():
            yield from _one_line(path.read_text())
    for path in sorted(parts.glob("*.sources")):
        yield from _deb822(path.read_text())


def debian(etc: Path = ETC, os_release: Path = OS_RELEASE) -> list[Repository]:
    """
    The sources of the Debian release that this machine runs; the first is its base suite.

    Raises:
        NativeError: The machine is no Debian, has no apt, or its sources do not name its own release.
    """
    text = os_release.read_text() if os_release.is_file() else ""
    facts = dict(part.partition("=")[::2] for part in shlex.split(text))
    if facts.get("ID") != "debian" or shutil.which("apt-get") is None:
        raise NativeError(
            "without Docker the stack is unpacked from Debian packages, and this machine is "
            f"{facts.get('PRETTY_NAME', 'unknown')}; use ./scripts/up --docker"
        )
    codename = facts.get("VERSION_CODENAME")
    bases = (codename, "stable") if codename else ("testing", "sid", "unstable")
    suites = {f"{base}{rest}" for base in bases for rest in ("", "-updates", "-security")}
    found = [each for each in repositories(etc) if each.is_debian and each.suite in suites]
    base = next((each for each in found if each.suite in bases), None)
    if base is None:
        raise NativeError(f"{etc}: no package source is Debian's main archive for {bases[0]}; apt needs one")
    return [base, *(each for each in found if each != base)]


def _one_line(text: str) -> Iterator[Repository]:
    for match in _ONE_LINE.finditer(text):
        options = dict(option.partition("=")[::2] for option in (match["options"] or "").split())
        yield Repository(match["uri"], match["suite"], tuple(match["components"].split()), options.get("signed-by", ""))


def _deb822(text: str) -> Iterator[Repository]:
    for stanza in re.split(r"\n\s*\n", re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)):
        fields = {key.lower(): value.strip() for key, value in _FIELD.findall(stanza)}
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in {"no", "false"}:
            continue
        keyring = fields.get("signed-by", "")
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                components = tuple(fields.get("components", "").split())
                yield Repository(uri, suite, components, "" if "\n" in keyring else keyring)
