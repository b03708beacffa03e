"""
What happens at Supabase Auth, and the lines that it writes about it.

Attribute names, codes and words are those of github.com/supabase/auth. A refused password does not say whose it was; a
refused second factor does. A link is answered with a redirect in any case, and only a good one makes an auth event.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random

import msgspec

from demo.vendors.clickhouse import Row

MINUTE = 60
REFUSED = 400


class Line(msgspec.Struct):
    """
    One request to Supabase Auth.

    Attributes:
        at: When it was answered.
        grant: `grant_type` of `/token`.
        code: The error's code.
        account: The user's id, where the log knows it.
        late: Seconds until it shows up in the logs.
        copies: How often it is stored.
    """

    at: float
    path: str = "/token"
    grant: str = "password"
    status: int = 200
    code: str = ""
    account: str = ""
    address: str = "198.51.100.7"
    late: float = 0.0
    copies: int = 1
    id: str = ""


class Attack(msgspec.Struct):
    """
    Somebody who guesses passwords; of one account's second factor if `account` is set, which the log then names.

    Attributes:
        enters: When a guess is right; 0 for never.
    """

    begin: float
    end: float
    per_minute: int = 120
    address: str = "203.0.113.66"
    account: str = ""
    enters: float = 0.0


TWICE = 0.02
"""Share of lines that are stored twice."""
SUCCESSES = (
    *(("/token", "password", 200, ""),) * 5,
    *(("/token", "refresh_token", 200, ""),) * 6,
    ("/token", "pkce", 200, ""),
    ("/verify", "", 303, ""),
    ("/factors/5e0ad74f/verify", "", 200, ""),
)
FAILURES = (
    *(("/token", "password", 400, "invalid_credentials"),) * 6,
    ("/token", "password", 400, "email_not_confirmed"),
    ("/token", "refresh_token", 400, "refresh_token_not_found"),
    ("/token", "pkce", 403, "bad_code_verifier"),
    ("/verify", "", 403, "otp_expired"),
    ("/verify", "", 303, "otp_expired"),
    ("/factors/5e0ad74f/verify", "", 422, "mfa_verification_failed"),
)
"""Path, grant type, status and error code of what people do."""
_MESSAGES = {
    "invalid_credentials": "Invalid login credentials",
    "email_not_confirmed": "Email not confirmed",
    "refresh_token_not_found": "Invalid Refresh Token: Refresh Token Not Found",
    "otp_expired": "Email link is invalid or has expired",
    "mfa_verification_failed": "Invalid TOTP code entered",
}


def usual(minute: int, seed: int, sign_ins: float, failing: float) -> Iterator[Line]:
    """Attempts of one minute (counted from 1970): `sign_ins` an hour on average, of which a share is `failing`."""
    chance = Random(f"{seed} {minute}")  # noqa: S311 - no secret
    mean = sign_ins / 60 * (1 + 0.5 * math.sin(minute / 1440 * math.tau))
    for number in range(int(mean + chance.random())):
        user, failed = chance.randrange(200), chance.random() < failing
        path, grant, status, code = chance.choice(FAILURES if failed else SUCCESSES)
        is_named = status < REFUSED or path.startswith("/factors")
        yield Line(
            (minute + chance.random()) * MINUTE,
            path,
            grant,
            status,
            code,
            account=f"00000000-0000-4000-8000-{user:012d}" if is_named else "",
            address=f"198.51.100.{user}",
            late=20 * chance.random(),
            copies=2 if chance.random() < TWICE else 1,
            id=f"{minute:x}-{number:x}",
        )


def guesses(attack: Attack, minute: int) -> Iterator[Line]:
    """What somebody who guesses does within one minute."""
    for number in range(attack.per_minute):
        at = (minute + number / attack.per_minute) * MINUTE
        if not attack.begin <= at < attack.end:
            continue
        line = Line(at, status=400, code="invalid_credentials", address=attack.address, id=f"a{minute:x}-{number:x}")
        if attack.account:
            line.path, line.grant, line.status = "/factors/5e0ad74f/verify", "", 422
            line.code, line.account = "mfa_verification_failed", attack.account
        yield line
    if attack.enters // MINUTE == minute:
        account = attack.account or "00000000-0000-4000-8000-000000000000"
        yield Line(attack.enters, address=attack.address, account=account, id=f"e{minute:x}")


def row(line: Line, *, codes: bool) -> Row:
    """The line as the logs hold it, with or without error codes."""
    failed = bool(line.code)
    told = failed and line.status >= REFUSED
    attributes = {
        "component": "api",
        "method": "POST",
        "msg": "request completed",
        "path": line.path,
        "status": str(line.status),
        "remote_addr": line.address,
        "duration": "48211906",
        **({"grant_type": line.grant} if line.grant else {}),
        **({"error": f"{line.status}: {_MESSAGES.get(line.code, line.code)}"} if told else {}),
        **({"error_code": line.code} if told and codes else {}),
        **({"user_id": line.account} if told and line.account else {}),
        **({} if failed else {"auth_event.action": "login", "auth_event.actor_id": line.account}),
    }
    identity = line.id or f"{line.at}-{line.address}-{line.account}-{line.status}"
    return Row(identity, line.at, "auth_logs", attributes, severity="WARNING" if failed else "INFO")
