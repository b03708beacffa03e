"""
Stripe, as far as Vigie reads it: `GET /v1/events`, `/v1/webhook_endpoints` and `/v1/subscriptions`.

Like the vendor: restricted keys, cursors, filters and the refusal of parameters it does not know, the limit of 25
requests a second for each list, ids that do not sort, events that appear in the list a little after they happened, and
three events for one failed card. Checked with Stripe's own library.
"""

from demo.vendors.stripe.vendor import Stripe
from demo.vendors.stripe.world import Era, Rates, World, demo

__all__ = ["Era", "Rates", "Stripe", "World", "demo"]
