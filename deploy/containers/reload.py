"""Tell the parts that already run to read their configuration again; Prometheus looks by itself."""

from __future__ import annotations

import http.client
from collections.abc import Sequence

from deploy.containers.errors import SetupError

RUNNING = (("vigie", 9847), ("alertmanager", 9093), ("blackbox", 9115))
_SECONDS = 30.0


def reload_running(parts: Sequence[tuple[str, int]] = RUNNING) -> None:
    """
    Reload every part that answers; one that does not run yet reads the new files when it starts.

    Raises:
        SetupError: A part runs and refused; the message holds its answer.
    """
    for host, port in parts:
        _reload(host, port)


def _reload(host: str, port: int) -> None:
    connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
    try:
        connection.connect()
    except OSError:
        return
    try:
        connection.request("POST", "/-/reload")
        response = connection.getresponse()
        answer = response.read().decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        raise SetupError(f"{host} did not reload ({error}); run: docker compose restart {host}") from None
    finally:
        connection.close()
    if response.status != http.HTTPStatus.OK:
        raise SetupError(f"{host} goes on with its old configuration, for it refused the new one: {answer}")
