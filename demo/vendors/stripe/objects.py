"""Stripe's objects, as its API renders them: the fields that say something, with made-up values."""

from __future__ import annotations

from typing import Any

Body = dict[str, Any]

VERSION = "2026-10-28.endive"


def event(event_id: str, kind: str, created: int, thing: Body, previous: Body | None = None) -> Body:
    """An event about `thing`; `previous` are the attributes that it changed."""
    data = {"object": thing} | ({"previous_attributes": previous} if previous is not None else {})
    return {
        "id": event_id,
        "object": "event",
        "api_version": VERSION,
        "created": created,
        "data": data,
        "livemode": True,
        "pending_webhooks": 0,
        "request": {"id": f"req_{event_id[4:18]}", "idempotency_key": None},
        "type": kind,
    }


def charge(charge_id: str, amount: int, currency: str, **more: Any) -> Body:
    """A successful charge, unless `more` says otherwise."""
    return {
        "id": charge_id,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "billing_details": {"email": "jenny.rosen@example.com", "name": "Jenny Rosen", "phone": None},
        "captured": True,
        "currency": currency,
        "failure_code": None,
        "failure_message": None,
        "livemode": True,
        "outcome": {
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "type": "authorized",
        },
        "paid": True,
        "payment_intent": f"pi_{charge_id[3:]}",
        "payment_method_details": {"card": {"brand": "visa", "country": "FR", "last4": "4242"}, "type": "card"},
        "status": "succeeded",
        **more,
    }


def failed_charge(charge_id: str, amount: int, currency: str, code: str, *, blocked: str | None = None) -> Body:
    """A charge that the bank declined, or that Radar blocked for the reason `blocked`."""
    outcome = {
        "network_status": "not_sent_to_network" if blocked else "declined_by_network",
        "reason": blocked or "generic_decline",
        "risk_level": "highest" if blocked else "normal",
        "type": "blocked" if blocked else "issuer_declined",
    }
    more = {"amount_captured": 0, "captured": False, "paid": False, "status": "failed", "outcome": outcome}
    return charge(charge_id, amount, currency, failure_code=code, failure_message="Your card was declined.", **more)


def failed_intent(intent_id: str, amount: int, currency: str, code: str, charge_id: str | None) -> Body:
    """A payment whose last attempt failed; without a charge it did not come so far."""
    error = {"code": code, "message": "The payment failed.", "type": "card_error"}
    error |= {"charge": charge_id, "decline_code": "generic_decline"} if charge_id else {}
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_received": 0,
        "currency": currency,
        "last_payment_error": error,
        "latest_charge": charge_id,
        "livemode": True,
        "status": "requires_payment_method",
    }


def failed_invoice(invoice_id: str, amount: int, currency: str) -> Body:
    """An invoice whose payment failed, in today's shape: it names no charge and no subscription at its top."""
    return {
        "id": invoice_id,
        "object": "invoice",
        "amount_due": amount,
        "attempt_count": 1,
        "billing_reason": "subscription_cycle",
        "currency": currency,
        "livemode": True,
        "parent": {"subscription_details": {"subscription": f"sub_{invoice_id[3:]}"}, "type": "subscription_details"},
        "status": "open",
    }


def subscription(subscription_id: str, status: str = "active", **more: Any) -> Body:
    """A subscription of one item for 10 euros a month, unless `more` says otherwise."""
    return {
        "id": subscription_id,
        "object": "subscription",
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "currency": "eur",
        "customer": f"cus_{subscription_id[4:]}",
        "ended_at": None,
        "discounts": [],
        "items": listing("/v1/subscription_items", [item(f"si_{subscription_id[4:]}")]),
        "livemode": True,
        "pause_collection": None,
        "status": status,
        "trial_end": None,
        **more,
    }


def item(item_id: str, amount: str | None = "1000", quantity: int = 1, currency: str = "eur", **recurring: Any) -> Body:
    """One line of a subscription: its price in minor units for each interval, None where it has tiers."""
    return {
        "id": item_id,
        "object": "subscription_item",
        "current_period_end": 1_797_600_000,
        "discounts": [],
        "price": {
            "id": f"price_{item_id[3:]}",
            "object": "price",
            "billing_scheme": "tiered" if amount is None else "per_unit",
            "currency": currency,
            "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed", **recurring},
            "transform_quantity": None,
            "type": "recurring",
            "unit_amount": int(amount) if amount is not None and amount.isdecimal() else None,
            "unit_amount_decimal": amount,
        },
        "quantity": quantity,
    }


def dispute(dispute_id: str, amount: int, currency: str, reason: str, status: str = "needs_response") -> Body:
    """A dispute."""
    return {
        "id": dispute_id,
        "object": "dispute",
        "amount": amount,
        "charge": f"ch_{dispute_id[3:]}",
        "currency": currency,
        "livemode": True,
        "reason": reason,
        "status": status,
    }


def fraud_warning(warning_id: str, fraud_type: str = "made_with_stolen_card") -> Body:
    """An early fraud warning."""
    return {
        "id": warning_id,
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": f"ch_{warning_id[5:]}",
        "fraud_type": fraud_type,
        "livemode": True,
    }


def payout(payout_id: str, amount: int, currency: str, failure_code: str) -> Body:
    """A payout that the bank refused."""
    return {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "currency": currency,
        "failure_code": failure_code,
        "livemode": True,
        "status": "failed",
    }


def endpoint(endpoint_id: str, status: str = "enabled") -> Body:
    """A webhook endpoint; its URL may hold secrets."""
    return {
        "id": endpoint_id,
        "object": "webhook_endpoint",
        "api_version": VERSION,
        "application": None,
        "created": 1_780_000_000,
        "description": None,
        "enabled_events": ["*"],
        "livemode": True,
        "metadata": {},
        "status": status,
        "url": f"https://api.example.com/webhooks/stripe?token=hidden-{endpoint_id}",
    }


def listing(url: str, data: list[Body], *, has_more: bool = False) -> Body:
    """A page of a list."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
