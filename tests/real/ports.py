"""Ports for the tests' servers, which no other run of the tests and no outgoing connection takes before they start."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

from deploy.native.ready import port_is_free

_PORTS = range(20_000, 30_000)
"""Below those of outgoing connections (from 32768 on, see ip(7)) and of Kubernetes, above those of known servers."""
_BLOCK = 50


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now; it is not given again while this process lives."""
    return next(_chosen)


def _choose() -> Iterator[int]:
    """The free ports of one block after the other, each of which belongs to this process alone."""
    marks = []  # held until the process ends, however it ends
    starts = _PORTS[::_BLOCK]
    first = os.getpid() % len(starts)
    for start in (*starts[first:], *starts[:first]):
        mark = _reserve(start)
        if mark:
            marks.append(mark)
            yield from filter(port_is_free, range(start, start + _BLOCK))
    raise RuntimeError(f"the tests have used up the ports from {_PORTS.start} to {_PORTS.stop - 1}")


def _reserve(start: int) -> socket.socket | None:
    """
    Take a block, if nobody has it: by a name that, like ports, only one process on this network can have.

    The name is in the abstract namespace of unix(7): it is no file, any user may try, and it ends with the process.
    """
    mark = socket.socket(socket.AF_UNIX)
    try:
        mark.bind(f"\0vigie-tests-port-{start}")
    except OSError:
        mark.close()
        return None
    return mark


_chosen = _choose()
