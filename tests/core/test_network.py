"""Why a connection failed, however libraries wrap the system's error."""

from __future__ import annotations

import socket
import ssl

import pytest

from vigie.core.network import why


def _wrapped(error: Exception, by: Exception) -> Exception:
    by.__cause__ = error
    return by


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 5)"), "connection refused"),
        (OSError("[Errno 113] Connect call failed"), "no connection"),
        (socket.gaierror(-2, "Name or service not known"), "name or service not known"),
        (_wrapped(socket.gaierror(-2, "Name or service not known"), OSError(-2, "while binding")), "name or service"),
        (_wrapped(ConnectionResetError(104, "x"), RuntimeError("[Errno 104] x")), "connection reset by peer"),
        (
            _wrapped(
                ExceptionGroup("all", [ConnectionRefusedError(111, "a"), TimeoutError(110, "b")]), OSError("All failed")
            ),
            "connection refused",
        ),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1000)"), "TLS failed: no reason"),
        (RuntimeError("[Errno 5] x"), "no connection"),
    ],
)
def test_the_systems_words_are_found_and_no_number(error: Exception, reason: str) -> None:
    assert why(error).startswith(reason)


def test_what_to_say_without_a_reason_is_the_callers_choice() -> None:
    assert why(ValueError("x"), "Server disconnected") == "Server disconnected"
