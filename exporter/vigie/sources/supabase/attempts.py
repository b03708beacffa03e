"""
Attempts to sign in: from the rows of the logs to events that count once.

The unit that is counted once is the minute, not the line. A minute is read many times, as windows overlap, and its
event, named by the minute, always carries all that is known of it; the state file adds the difference to what the same
minute was counted with before. So lines that arrive late or out of order are counted when they are seen, no line counts
twice, an attack of a million lines is as quick to read as a quiet hour, and no line is stored. Logs only grow, so a
reading that shows fewer attempts of a minute than an earlier one (the vendor has been seen to answer with nothing now
and then) changes nothing; one that shows as many with other outcomes corrects them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from vigie.core.state import Event, Series
from vigie.sources.supabase import families
from vigie.sources.supabase.answers import Attempts
from vigie.sources.supabase.queries import MFA

Minutes = Mapping[int, Mapping[Series, float]]
"""By the Unix time at which a minute begins: how often each outcome was in it."""

CODES: Final[Mapping[str, str]] = {
    "invalid_credentials": "invalid_credentials",
    "email_not_confirmed": "not_confirmed",
    "phone_not_confirmed": "not_confirmed",
    "provider_email_needs_verification": "not_confirmed",
    "user_banned": "banned",
    "otp_expired": "otp",
    "otp_disabled": "otp",
    "mfa_verification_failed": "mfa",
    "mfa_verification_rejected": "mfa",
    "mfa_challenge_expired": "mfa",
    "mfa_factor_not_found": "mfa",
    "mfa_ip_address_mismatch": "mfa",
    "captcha_failed": "captcha",
    "email_provider_disabled": "disabled",
    "phone_provider_disabled": "disabled",
    "provider_disabled": "disabled",
    "signup_disabled": "disabled",
    "validation_failed": "malformed",
    "bad_json": "malformed",
    "refresh_token_not_found": "session",
    "refresh_token_already_used": "session",
    "session_expired": "session",
    "session_not_found": "session",
    "": "unknown",
}
"""Error codes of Supabase Auth (internal/api/apierrors) to reasons; any other is `other`."""
_GRANTS: Final[Mapping[str, tuple[str, str]]] = {
    "password": ("password", ""),
    "refresh_token": ("other", "session"),
    "pkce": ("oauth", "oauth"),
    "id_token": ("oauth", "oauth"),
    "web3": ("oauth", "oauth"),
    "": ("unknown", ""),
}
"""By grant type: the method of a success, and the reason of a failure where it does not depend on the code."""
_METHODS: Final = {"/verify": "otp", MFA: "mfa"}
_REFUSED: Final = 400
_TOO_MANY: Final = 429

GUESSES: Final = frozenset(
    (families.FAILURES.name, (reason,)) for reason in families.REASONS if reason not in ("session", "oauth")
)
"""Failures in which somebody tried a secret: a password or a code."""


def outcome(row: Attempts) -> Series:
    """Say which counter a row belongs to."""
    method, reason = _GRANTS.get(row.grant_type, ("other", ""))
    if row.status < _REFUSED:
        return families.SUCCESSES.name, (_METHODS.get(row.path, method),)
    limited = "rate_limited" if row.status == _TOO_MANY else ""
    return families.FAILURES.name, (reason or limited or CODES.get(row.code, "other"),)


def by_minute(rows: Iterable[Attempts]) -> Minutes:
    """Add the rows up."""
    minutes: dict[int, Counter[Series]] = {}
    for row in rows:
        minutes.setdefault(row.minute, Counter())[outcome(row)] += row.attempts
    return minutes


def grown(read: Minutes, known: Minutes) -> Minutes:
    """Put together what was read and what is known of the same minutes: of each, the reading that shows more."""
    before = {minute: known.get(minute, {}) for minute in read}
    return {
        minute: counts if sum(counts.values()) >= sum(before[minute].values()) else before[minute]
        for minute, counts in read.items()
    }


def events(minutes: Minutes) -> list[Event]:
    """One event for each minute."""
    return [Event(f"minute {minute}", float(minute), counts) for minute, counts in minutes.items()]


def guesses(minutes: Minutes, start: float, stop: float) -> float:
    """Failures in which a secret was tried, in the minutes from `start` to before `stop`."""
    return sum(
        amount
        for minute, counts in minutes.items()
        if start <= minute < stop
        for series, amount in counts.items()
        if series in GUESSES
    )


def dump(minutes: Minutes) -> str:
    """Write minutes as text, for the state file."""
    return json.dumps([[minute, *series, n] for minute, counts in minutes.items() for series, n in counts.items()])


def load(text: str) -> Minutes:
    """Read what `dump` wrote."""
    minutes: dict[int, dict[Series, float]] = {}
    for minute, family, labels, amount in json.loads(text):
        minutes.setdefault(minute, {})[family, tuple(labels)] = amount
    return minutes
