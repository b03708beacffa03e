"""Ask Stripe: one key, one API version, one clock, which is Stripe's."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from typing import TypeVar

from vigie.core.api import Api, Query, Vendor
from vigie.core.source import Context
from vigie.errors import Reason, SourceError
from vigie.sources.stripe.config import StripeConfig
from vigie.sources.stripe.wire import VERSION

_SHARE = 0.4
"""Part of the poll's deadline that one request may take, so that one list that hangs leaves time for the others."""
_SLOW_CLOCK = 1800.0
"""Seconds by which our clock is corrected forwards at most; a clock that is slower still loses nothing, it is late."""

Answer = TypeVar("Answer")


class Client:
    """Stripe's API, as far as the key may read it. One connection, so never near Stripe's 25 requests a second."""

    def __init__(self, config: StripeConfig, context: Context) -> None:
        self._context = context
        headers = {"authorization": f"Bearer {config.api_key.get_secret_value()}", "stripe-version": VERSION}
        vendor = Vendor(
            "Stripe", config.base_url, headers, "check sources.stripe.api_key; keys can expire or be rolled"
        )
        self._api = Api(vendor, context, _SHARE * config.timeout)
        self._skew = 0.0

    @property
    def clock(self) -> float:
        """
        Stripe's time, as the last answer told it.

        Windows are cut by it: with a clock of ours that is fast they would reach beyond what Stripe knows yet, and
        with one that is slow what happened lately would come late.
        """
        return self._context.now() + self._skew

    async def get(self, path: str, answer: type[Answer], query: Query, right: str) -> Answer:
        """
        GET a list; `right` is the permission of a restricted key that it needs.

        Raises:
            SourceError: There is no good answer.
        """
        try:
            reply = await self._api.get(path, answer, query)
        except SourceError as error:
            if error.reason is Reason.FORBIDDEN:  # Stripe's own words repeat the end of the key
                raise SourceError(Reason.FORBIDDEN, _missing(right)) from None
            raise
        self._skew = clock_skew(reply.headers, self._context.now())
        return reply.body

    async def close(self) -> None:
        """Give the connection up."""
        await self._api.close()


def _missing(right: str) -> str:
    return (
        f"Stripe does not let this key read {right}: in the Dashboard under Developers, API keys, edit the restricted "
        f"key and set {right} to Read"
    )


def clock_skew(headers: Mapping[str, str], now: float) -> float:
    """Seconds to add to our time; the header has whole seconds, so less than two is no difference."""
    first = headers.get("date", "").partition(" GMT")[0]  # a proxy can add a second one
    try:
        skew = email.utils.parsedate_to_datetime(f"{first} GMT").timestamp() - now
    except ValueError:
        return 0.0
    return skew if skew < -2 or 2 < skew <= _SLOW_CLOCK else 0.0  # noqa: PLR2004 - see above
