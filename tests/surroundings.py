"""
The same surroundings for every test on every machine, whatever the person who runs them has set.

Servers and clients read many variables and files of a person: libpq `PGHOSTADDR` and `~/.pgpass`, HTTP clients
`HTTP_PROXY` and `~/.netrc`, RabbitMQ `RABBITMQ_NODENAME` and `~/.erlang.cookie`. No list of those is ever whole, so
what may reach a test is listed instead.
"""

from __future__ import annotations

import os
import time

_KEPT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH")
"""Where programs, temporary folders and the libraries of a Python of the person's own are."""
_RUNNER = "PYTEST_"
"""How the names of pytest's own begin."""
_SET = {"HOME": "/nonexistent", "LANG": "C.UTF-8", "TZ": "UTC"}
_UMASK = 0o022


def settle() -> None:
    """Leave nothing of the person's own in the environment of this process, and so of those that it starts."""
    for name in [name for name in os.environ if name not in _KEPT and not name.startswith(_RUNNER)]:
        del os.environ[name]
    os.environ.update(_SET)
    time.tzset()
    os.umask(_UMASK)
