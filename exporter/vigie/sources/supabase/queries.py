"""
The questions to the logs, in ClickHouse's SQL.

One row of the table `logs` is one line. An attempt to sign in is a line of Supabase Auth with a status on one of three
paths; the rest stands in attributes, all of which are strings, and an attribute that a line lacks reads as ''.
A line may be stored twice, so lines are counted by their `id`. Every answer is counts: addresses and accounts are what
rows are grouped by inside the question, never a column of the answer. What a client chooses freely is bounded here.

The names of attributes are those of github.com/supabase/auth (internal/observability/request-logger.go), the rules of
the dialect those of Supabase's guide to log queries: no `count(*)`, no `select *`, always a source and a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

By = Literal["account", "address"]
"""What failures are gathered by, to see whether they aim at one account or come from one address."""

ROWS: Final = 1000
"""Most rows of an answer, which is what the vendor's own explorer shows."""
COLUMNS: Final = ("source", "source_name")
"""Names that the column of the service has had; the vendor's guides say the first, its changelog the second."""
MFA: Final = "/factors"
"""Stands for the path of any second factor, which holds the factor's id."""
GRANTS: Final = ("password", "refresh_token", "pkce", "id_token", "web3")
"""Ways to ask `/token`; anything else, which a client may invent, reads as `other`."""
WORDS: Final[Mapping[str, str]] = {
    "Invalid login credentials": "invalid_credentials",
    "not confirmed": "email_not_confirmed",
    "Refresh Token": "refresh_token_not_found",
    "has expired": "otp_expired",
    "Invalid TOTP code": "mfa_verification_failed",
    "banned": "user_banned",
}
"""Part of an error's text to the code that it has, for logs without codes."""


def _attribute(name: str) -> str:
    return f"log_attributes['{name}']"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_PATH = _attribute("path")
_GRANT = _attribute("grant_type")
_CODE = _attribute("error_code")
_STATUS = f"toInt32OrZero({_attribute('status')})"
_IS_MFA = f"{_PATH} like '/factors/%/verify'"
_ATTEMPTS = f"({_PATH} in ('/token', '/verify') or {_IS_MFA}) and {_STATUS} between 200 and 499"
_GUESSES = f"{_GRANT} not in ({_listed(grant for grant in GRANTS if grant != 'password')})"
_TURNED_AWAY = f"{_STATUS} between 300 and 399 and {_attribute('auth_event.action')} = ''"
"""A link is answered with a redirect whether it is good or not; only one that is good makes an auth event."""
_OUTCOME = f"if({_TURNED_AWAY}, 403, {_STATUS})"
_FAILED = f"{_OUTCOME} >= 400 and {_GUESSES}"
_ENTERED = f"{_OUTCOME} < 400"
_SAID = ", ".join(f"{_attribute('error')} ilike '%{words}%', '{code}'" for words, code in WORDS.items())
_ACCOUNT = f"if({_attribute('user_id')} != '', {_attribute('user_id')}, {_attribute('auth_event.actor_id')})"
_ADDRESS = _attribute("remote_addr")
_KEYS: Final[Mapping[By, str]] = {"account": _ACCOUNT, "address": _ADDRESS}


def minutes(column: str) -> str:
    """
    Count attempts by minute and outcome, the earliest first; sessions that were renewed are left out.

    Args:
        column: One of `COLUMNS`.
    """
    columns = (
        "toUnixTimestamp(toStartOfMinute(timestamp)) as minute",
        f"if({_IS_MFA}, '{MFA}', {_PATH}) as path",
        f"if({_GRANT} in ('', {_listed(GRANTS)}), {_GRANT}, 'other') as grant_type",
        f"{_OUTCOME} as status",
        f"if({_CODE} != '', {_CODE}, multiIf({_TURNED_AWAY}, 'otp_expired', {_SAID}, '')) as code",
        "uniqExact(id) as attempts",
    )
    where = f"not ({_ENTERED} and {_GRANT} = 'refresh_token')"
    return _question(column, columns, where, "group by minute, path, grant_type, status, code order by minute")


def failures(column: str, by: By, burst: int, except_from: Iterable[str] = ()) -> str:
    """
    Gather the failures in which a secret was tried: one row for each account or address that has any, most first.

    Args:
        column: One of `COLUMNS`.
        by: What they are gathered by; lines that do not name it are left out.
        burst: Failures after which a success is suspicious.
        except_from: Addresses that are left out.
    """
    key = _KEYS[by]
    nth_failure = f"arrayElement(arraySort(groupUniqArrayIf(timestamp, {_FAILED})), {burst})"
    last_success = f"maxIf(timestamp, {_ENTERED} and {_GUESSES})"
    columns = (
        f"uniqExactIf(id, {_FAILED}) as failures",
        f"uniqExactIf({_ACCOUNT}, {_ACCOUNT} != '') as accounts",
        f"if(uniqExactIf(id, {_FAILED}) >= {burst} and {last_success} > {nth_failure}, 1, 0) as entered",
    )
    where = f"{key} != ''" + (f" and {_ADDRESS} not in ({_listed(except_from)})" if except_from else "")
    return _question(
        column, columns, where, f"group by {key} having failures > 0 order by failures desc, accounts desc"
    )


def _question(column: str, columns: Iterable[str], where: str, rest: str) -> str:
    """Put a question together; nothing in it comes from outside but addresses and numbers that the settings checked."""
    chosen = ", ".join(columns)
    return f"select {chosen} from logs where {column} = 'auth_logs' and {_ATTEMPTS} and {where} {rest} limit {ROWS}"  # noqa: S608
