"""
Stand-ins for the published images, where there is no registry to pull them from.

Prometheus, Alertmanager, the exporters, Redis and PostgreSQL are Debian's builds under the published names; Python is
this machine's on Debian's files; Grafana is a program that answers its health check and no more. A pass shows that
wiring, Dockerfiles, health checks, users, mounts and the order of starting are right, not that the published images
behave alike.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from deploy.native.sources import debian
from tests.containers import packages
from tests.containers.errors import StoryError
from tests.containers.say import say
from tests.containers.shell import attempt, run

_STANDINS = Path(__file__).parent / "standins"
_ROOTS = packages.HOME / "roots"
_PATH = "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_SERVICES_SUITE = "bookworm"
"""Whose PostgreSQL is 15 and whose Redis is 7.0."""
_LIBRARIES_OF_PYTHON = (
    *("ca-certificates", "libssl3", "libffi8", "libsqlite3-0", "zlib1g", "libbz2-1.0", "liblzma5", "libreadline8"),
    *("libncursesw6", "libuuid1", "libexpat1", "libdb5.3", "tzdata", "netbase"),
)
_LIBC = ("libc.so.6", "libm.so.6", "libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2")
_GO = {
    "prom/prometheus": {"prometheus": "prometheus", "promtool": "promtool"},
    "prom/alertmanager": {"prometheus-alertmanager": "alertmanager", "amtool": "amtool"},
    "prom/blackbox-exporter": {"prometheus-blackbox-exporter": "blackbox_exporter"},
    "prom/node-exporter": {"prometheus-node-exporter": "node_exporter"},
}
"""Image to Debian's name of each of its programs and the image's name for it."""
_VOLUMES = {"prom/prometheus": "/prometheus", "prom/alertmanager": "/alertmanager"}


def make(checkout: Path) -> None:
    """Make a stand-in for every image that the checkout names, unless it is there."""
    texts = [(checkout / name).read_text() for name in ("docker-compose.yml", "exporter/Dockerfile", "demo/Dockerfile")]
    found = re.findall(r"^\s*(?:image:|FROM)\s+([\w./-]+:[\w.-]+)", "\n".join(texts), re.MULTILINE)
    for image in sorted(set(found), reverse=True):  # Grafana's is made of Python's
        if attempt(["docker", "image", "inspect", image]).returncode:
            _maker(image)(image)
            say(f"stand-in for {image}")


def _maker(image: str) -> Callable[[str], None]:
    name = image.partition(":")[0]
    makers = {"python": _python, "redis": _service, "postgres": _service, "grafana/grafana": _grafana}
    if name not in _GO and name not in makers:
        raise StoryError(f"nothing stands in for {image}; tests/containers/images.py has to learn it")
    return makers.get(name, _go)


def _go(image: str) -> None:
    """Busybox, a libc and the programs, laid out as the published images are."""
    name = image.partition(":")[0]
    root = _fresh(name.rpartition("/")[2])
    for folder in (
        "bin",
        "lib64",
        "lib/x86_64-linux-gnu",
        "etc/ssl/certs",
        "tmp",
        "home",
        "usr/share",
        "var",
        "proc",
        "sys",
        "dev",
    ):
        (root / folder).mkdir(parents=True)
    (root / "tmp").chmod(0o1777)
    busybox = root / "bin" / "busybox"
    shutil.copy(_busybox(), busybox)
    for applet in run([busybox, "--list"]).split():
        if applet != "busybox":
            (root / "bin" / applet).symlink_to("busybox")
    shutil.copy("/lib64/ld-linux-x86-64.so.2", root / "lib64")
    for library in _LIBC:
        shutil.copy(f"/lib/x86_64-linux-gnu/{library}", root / "lib/x86_64-linux-gnu")
    _certificates(root)
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n")
    (root / "etc/group").write_text("root:x:0:\nnobody:x:65534:\n")
    (root / "etc/nsswitch.conf").write_text("hosts: files dns\n")
    shutil.copytree(packages.UNPACKED / "usr/share/prometheus", root / "usr/share/prometheus", symlinks=True)
    for program, shown in _GO[name].items():
        shutil.copy(packages.UNPACKED / "usr/bin" / program, root / "bin" / shown)
    changes = ["USER nobody", f'ENTRYPOINT ["/bin/{next(iter(_GO[name].values()))}"]']
    if name in _VOLUMES:
        volume = root / _VOLUMES[name].strip("/")
        volume.mkdir()
        os.chown(volume, 65534, 65534)
        changes.append(f"VOLUME {_VOLUMES[name]}")
    _import(root, image, _PATH, *changes)


def _python(image: str) -> None:
    """This machine's Python on Debian's files, as `python:3.13-slim-bookworm`."""
    version, _, suite = image.removeprefix("python:").split("-")
    home = _interpreter(version)
    root = _fresh("python")
    run(
        [
            "tar",
            "--extract",
            "--file",
            _debian(suite, _LIBRARIES_OF_PYTHON),
            "--directory",
            root,
            "--exclude",
            "./dev/*",
        ]
    )
    for folder in ("bin", "lib", "include"):
        shutil.copytree(
            home / folder, root / "usr/local" / folder, symlinks=True, dirs_exist_ok=True, ignore=_not_shipped
        )
    for script in (root / "usr/local/bin").iterdir():
        _repair(script, version)
    for alias in ("python", "python3"):
        (root / "usr/local/bin" / alias).unlink(missing_ok=True)
        (root / "usr/local/bin" / alias).symlink_to(f"python{version}")
    run(["chroot", root, "/sbin/ldconfig"])
    _certificates(root)
    if Path("/etc/pip.conf").exists():
        shutil.copy("/etc/pip.conf", root / "etc/pip.conf")
    _import(root, image, _PATH, "ENV LANG=C.UTF-8", 'CMD ["python3"]')


def _not_shipped(folder: str, names: list[str]) -> set[str]:
    """What the published image does not have either, and packages that were installed on this machine."""
    unwanted = {"__pycache__", "test", "idlelib", "tkinter", "turtledemo"} & set(names)
    if Path(folder).name == "site-packages":
        return {name for name in names if not name.startswith("pip")}
    return unwanted | {name for name in names if name.startswith("config-3") or name.endswith(".a")}


def _repair(script: Path, version: str) -> None:
    """Let a script begin with the image's Python, not with the path of this machine's."""
    if script.is_symlink() or not script.is_file():
        return
    content = script.read_bytes()
    if content.startswith(b"#!") and b"python" in content.partition(b"\n")[0]:
        script.write_bytes(f"#!/usr/local/bin/python{version}\n".encode() + content.partition(b"\n")[2])


def _interpreter(version: str) -> Path:
    """
    The folder of a Python that can be copied: one that was built by itself, not the system's.

    Raises:
        StoryError: There is none of this version.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    homes = [*sorted(pyenv.glob(f"{version}*"), reverse=True), Path("/usr/local"), Path("/opt/python")]
    for home in homes:
        if (home / "bin" / f"python{version}").exists() and (home / "lib" / f"python{version}").is_dir():
            return home
    raise StoryError(
        f"no Python {version} is there to stand in for the image's; install one with pyenv, or start a Docker engine, "
        "which can pull images"
    )


def _service(image: str) -> None:
    """Debian's PostgreSQL or Redis with the published image's users, volumes and start."""
    base = "vigie-story-services"
    if attempt(["docker", "image", "inspect", base]).returncode:
        run(["docker", "import", _debian(_SERVICES_SUITE, ("redis-server", "redis-tools", "postgresql-15")), base])
    run(["docker", "build", "--quiet", "--tag", image, _STANDINS / image.partition(":")[0]])


def _grafana(image: str) -> None:
    context = _fresh("grafana")
    shutil.copytree(_STANDINS / "grafana", context, dirs_exist_ok=True)
    shutil.copy(_busybox(), context / "busybox")
    python = run(["docker", "images", "python", "--format", "{{.Repository}}:{{.Tag}}"]).split()[0]
    run(["docker", "build", "--quiet", "--build-arg", f"PYTHON={python}", "--tag", image, context])


def _debian(suite: str, wanted: tuple[str, ...]) -> Path:
    """A minimal Debian with these packages, as a tar file that is kept."""
    path = packages.HOME / f"{suite}-{wanted[0]}.tar"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        source = debian()[0]
        keyring = [f"--keyring={source.signed_by}"] if source.signed_by else []
        leave_out = [f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in ("man", "doc", "locale")]
        options = [
            "--variant=minbase",
            "--format=tar",
            '--aptopt=Apt::Install-Recommends "false"',
            *leave_out,
            *keyring,
        ]
        run(["mmdebstrap", "--quiet", *options, f"--include={','.join(wanted)}", suite, unfinished, source.uri])
        unfinished.rename(path)
        say(f"Debian {suite} with {wanted[0]} and others")
    return path


def _busybox() -> Path:
    return next(
        path for path in (packages.UNPACKED / "usr/bin/busybox", packages.UNPACKED / "bin/busybox") if path.exists()
    )


def _certificates(root: Path) -> None:
    place = root / "etc/ssl/certs"
    place.mkdir(parents=True, exist_ok=True)
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", place)


def _fresh(name: str) -> Path:
    root = _ROOTS / name
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    return root


def _import(root: Path, image: str, *changes: str) -> None:
    options = [part for change in changes for part in ("--change", change)]
    packed = root.with_suffix(".tar")
    run(["tar", "--create", "--directory", root, "--file", packed, "."])
    run(["docker", "import", *options, packed, image])
    packed.unlink()
    shutil.rmtree(root)
