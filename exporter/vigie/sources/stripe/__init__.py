"""
Stripe: payments, subscriptions, disputes and the delivery of webhooks, from the account's own events.

Facts from https://docs.stripe.com/api (version 2026-10-28.endive) and the official SDK's sources. Stripe allows 500 GET
requests per transaction over 30 days, and at least 10,000 a month (https://docs.stripe.com/rate-limits). Requests in
steady state with the defaults: 10.5 an hour, 7,560 in 30 days; with a webhook 6.5 an hour, 4,680 in 30 days.

A payment attempt is a Charge. Of the events that one failed card makes (`charge.failed`,
`payment_intent.payment_failed`, and `invoice.payment_failed` where a subscription is billed) only `charge.*` counts:
there is exactly one Charge per attempt, whichever API or product made it; its shape has hardly changed between API
versions; and it alone carries `failure_code` and Radar's verdict. The one attempt that makes no Charge is a payment
whose authentication (3-D Secure) failed; it is counted from `payment_intent.payment_failed`, and only when that event
names the failed authentication and no charge.
"""

from vigie.sources.stripe.config import StripeConfig, requests_per_hour
from vigie.sources.stripe.source import StripeSource

__all__ = ["StripeConfig", "StripeSource", "requests_per_hour"]
