"""Take what Stripe sends to `/webhooks/stripe`: only what Stripe signed, and lately."""

from __future__ import annotations

from vigie.core import foreign
from vigie.errors import Reason, SourceError
from vigie.sources.stripe.wire import Envelope

TOLERANCE = 300
"""Seconds that a signature is good for, as Stripe's own libraries have it."""


def verify(signature: str, body: bytes, secret: str) -> Envelope:
    """
    Check the signature with Stripe's own library, and read the event. Blocks: call it in a thread.

    Raises:
        SourceError: `auth` when Stripe did not sign it, or not lately; `bad_payload` when it is no event.
    """
    import stripe  # noqa: PLC0415 - takes 0.2 s, which who takes no webhooks should not pay for

    stripe.enable_telemetry = False
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE)
    except stripe.SignatureVerificationError as error:
        raise SourceError(Reason.AUTH, _advice(str(error))) from None
    except (TypeError, UnicodeDecodeError):  # bytes outside ASCII in the header, outside UTF-8 in the body
        raise SourceError(Reason.AUTH, _advice("not a signature of Stripe's")) from None
    try:
        return foreign.read(body, Envelope)
    except foreign.UNREADABLE:
        raise SourceError(Reason.BAD_PAYLOAD, "what was sent to /webhooks/stripe is signed, but no event") from None


def _advice(why: str) -> str:
    if "tolerance" in why:
        return "a webhook was signed more than 5 minutes ago, or this machine's clock is fast: check its time service"
    return (
        "the signature of a webhook is not good: check that sources.stripe.webhook_secret is the signing secret of the "
        "endpoint that leads here"
    )
