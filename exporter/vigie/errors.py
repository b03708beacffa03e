"""
Every error that Vigie raises on purpose.

::

    VigieError
    ├── UserError            the user must change something; the message says what and where
    │   ├── ConfigError      vigie.yaml, its variables or secret files
    │   ├── WebConfigError   the TLS and users file of the listener
    │   ├── RenderError      the mixin could not be evaluated or written
    │   ├── ApplyError       what vigie.yaml says could not be made real at PagerDuty
    │   └── StateError       the state file is damaged, locked or from a newer Vigie
    └── SourceError          a watched system did not give its numbers; the poller tries again

A command turns a `UserError` into one line on stderr and exit status 2. A `SourceError` never ends the process: its
`Reason` becomes a label value, its message a log line and a row of the landing page.
"""

from __future__ import annotations

from enum import StrEnum


class VigieError(Exception):
    """Base of all errors that Vigie raises on purpose."""


class UserError(VigieError):
    """Something that only the user can put right; `str()` is the sentence to show."""


class ConfigError(UserError):
    """`vigie.yaml`, an environment variable or a secret file is not as expected."""


class WebConfigError(UserError):
    """The `--web.config.file` is not as expected."""


class RenderError(UserError):
    """The mixin could not be evaluated, or its output could not be written."""


class ApplyError(UserError):
    """What `vigie.yaml` says could not be made real elsewhere: a name that is not known there, a right, the network."""


class StateError(UserError):
    """The state file cannot be used: damaged, locked, or written by a newer Vigie."""


class Reason(StrEnum):
    """Why a poll failed: the closed set of values of the `reason` label of `vigie_source_errors_total`."""

    TIMEOUT = "timeout"
    """No answer before the deadline."""
    NETWORK = "network"
    """No connection: name not found, refused, reset, TLS handshake failed."""
    AUTH = "auth"
    """Connected, but the credentials were refused."""
    FORBIDDEN = "forbidden"
    """The credentials are good but lack a right (a scope, a grant, an ACL rule)."""
    NOT_FOUND = "not_found"
    """The thing to read does not exist: database, project, queue, endpoint."""
    RATE_LIMITED = "rate_limited"
    """The vendor limits the rate of requests, and this one was too many."""
    UPSTREAM = "upstream"
    """The system answered that it is itself in error (a 5xx, an internal error)."""
    NOT_READY = "not_ready"
    """The system is starting: loading its data, in recovery."""
    BAD_PAYLOAD = "bad_payload"
    """An answer that is not what the documentation promises."""
    BUDGET = "budget"
    """Vigie held the request back: its own allowance for this vendor is spent."""
    INTERNAL = "internal"
    """A fault in Vigie itself; the log has the details."""


class SourceError(VigieError):
    """
    A watched system did not give its numbers.

    Args:
        reason: What kind of failure, for the metric.
        message: One plain sentence: what, where, what to do. Never holds a secret.
        retry_after: Seconds that the system asked to wait, if it did.
        status: HTTP status by which it refused, if it did.
    """

    def __init__(
        self, reason: Reason, message: str, *, retry_after: float | None = None, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.retry_after = retry_after
        self.status = status
