"""Why a connection failed, in the system's words and without its numbers."""

from __future__ import annotations

import os
import socket
import ssl


def why(error: BaseException, otherwise: str = "no connection") -> str:
    """
    The reason at the root of a failed connection, in lower case: "connection refused", "name or service not known".

    Args:
        error: What was raised; libraries wrap the system's error, so its causes are searched too.
        otherwise: What to say where neither the system nor TLS gave a reason.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and (reason := _reason(cause)):
            return reason
        group = cause.exceptions if isinstance(cause, BaseExceptionGroup) else ()  # one for each address of a name
        cause = next(iter(group), None) or cause.__cause__ or cause.__context__
    return otherwise


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted: {error.verify_message.rstrip('.')}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {(getattr(error, 'reason', None) or 'no reason given').replace('_', ' ').lower()}"
    if isinstance(error, socket.gaierror):  # has numbers of its own
        return str(error.strerror).lower()
    return os.strerror(error.errno).lower() if error.errno and error.errno > 0 else ""
