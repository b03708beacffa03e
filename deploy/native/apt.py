"""
Debian packages without installing them: a private apt, whose signature checks apt itself does.

The mirror and its keyring are those that the machine's own apt uses for Debian; only the suite may differ. Nothing
outside the given folder is written, so neither root nor the machine's package database is touched.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from deploy.native.errors import NativeError


class Apt:
    """A private apt in `folder`, for the given lines of `sources.list`."""

    def __init__(self, folder: Path, lines: Sequence[str]) -> None:
        self.folder = folder
        for name in ("lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.sources = folder / "sources.list"
        self.sources.write_text("\n".join(lines) + "\n")

    def update(self) -> None:
        """Fetch the package lists that changed."""
        self._run("update", "--error-on=any", cwd=self.folder)

    def download(self, packages: Sequence[str]) -> list[Path]:
        """Fetch exactly these packages."""
        archives = self.folder / "cache" / "archives"
        wanted = [f"{name}_" for name in packages]
        self._run("download", *packages, cwd=archives)
        return [max(archives.glob(f"{prefix}*.deb"), key=lambda path: path.stat().st_mtime) for prefix in wanted]

    def download_with_needs(self, packages: Sequence[str]) -> list[Path]:
        """Fetch these packages and what they need that the machine does not have."""
        install = ("-y", "--no-install-recommends", "-o", "Debug::NoLocking=1", "install")
        plan = self._run("--print-uris", *install, *packages, cwd=self.folder)
        self._run("--download-only", *install, *packages, cwd=self.folder)
        names = re.findall(r"^'[^']*' (\S+\.deb) ", plan, re.MULTILINE)
        return [self.folder / "cache" / "archives" / name for name in names]

    def _run(self, *arguments: str, cwd: Path) -> str:
        options = {
            "Dir::Etc::sourcelist": self.sources,
            "Dir::Etc::sourceparts": "-",
            "Dir::State::lists": self.folder / "lists",
            "Dir::Cache": self.folder / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": 3,
            **({"APT::Sandbox::User": "root"} if os.geteuid() == 0 else {}),  # _apt may not enter a clone under /root
        }
        command = [
            "apt-get",
            "-qq",
            *(part for key, value in options.items() for part in ("-o", f"{key}={value}")),
            *arguments,
        ]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        if done.returncode:
            reason = next(iter(re.findall(r"^E: .*", done.stderr, re.MULTILINE)), done.stderr.strip()[-300:])
            raise NativeError(
                f"apt-get {arguments[0]} of the private package sources failed ({reason}); see {self.sources}"
            )
        return done.stdout


def unpack(archive: Path, folder: Path) -> None:
    """Unpack one package into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(  # noqa: S603 - our own words
        ["dpkg", "--extract", archive, folder],  # noqa: S607 - the machine's dpkg
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NativeError(f"{archive.name} could not be unpacked into {folder}: {done.stderr.strip()[-300:]}")
