"""What is exported of a Stripe account. Money is in major units of the currency that the label names."""

from __future__ import annotations

from vigie.core.families import counter, gauge

EVENTS = counter("stripe_events_total", "Events taken in, by Stripe's name of the event.", "event", kept_by="state")
SKIPPED = counter(
    "stripe_events_skipped_total",
    "Events that were left aside: of the other mode (test or live), of a connected account, or unreadable.",
    "reason",
    kept_by="state",
)
ATTEMPTS = counter(
    "stripe_payment_attempts_total",
    "Attempts to take a payment that came to an end, good or bad.",
    "currency",
    kept_by="state",
)
FAILURES = counter(
    "stripe_payment_failures_total",
    "Attempts that failed, by Stripe's failure code.",
    "currency",
    "failure_code",
    kept_by="state",
)
TAKEN = counter(
    "stripe_payment_amount_total", "Money taken by successful payments, in major units.", "currency", kept_by="state"
)
MISSED = counter(
    "stripe_payment_failed_amount_total",
    "Money that failed attempts asked for, in major units.",
    "currency",
    kept_by="state",
)
BLOCKED = counter(
    "stripe_radar_blocks_total", "Payments that Stripe blocked before they reached the bank.", "reason", kept_by="state"
)
WARNINGS = counter(
    "stripe_early_fraud_warnings_total", "Early fraud warnings from card issuers.", "fraud_type", kept_by="state"
)
DISPUTES = counter("stripe_disputes_total", "Disputes that were opened.", "reason", kept_by="state")
DISPUTED = counter(
    "stripe_dispute_amount_total",
    "Money of the disputes that were opened, in major units.",
    "currency",
    kept_by="state",
)
CLOSED = counter("stripe_disputes_closed_total", "Disputes that were closed, by outcome.", "status", kept_by="state")
PAYOUTS_FAILED = counter(
    "stripe_payout_failures_total", "Payouts to the bank that failed.", "failure_code", kept_by="state"
)
CREATED = counter("stripe_subscriptions_created_total", "Subscriptions that began.", kept_by="state")
CANCELLED = counter(
    "stripe_subscription_cancellations_total",
    "Subscriptions that ended, by Stripe's reason.",
    "reason",
    kept_by="state",
)
SCHEDULED = counter(
    "stripe_subscription_cancellations_scheduled_total",
    "Subscriptions that were set to end later, by the feedback that the customer gave.",
    "feedback",
    kept_by="state",
)
COUNTERS = (
    EVENTS,
    SKIPPED,
    ATTEMPTS,
    FAILURES,
    TAKEN,
    MISSED,
    BLOCKED,
    WARNINGS,
    DISPUTES,
    DISPUTED,
    CLOSED,
    PAYOUTS_FAILED,
    CREATED,
    CANCELLED,
    SCHEDULED,
)
"""Fed by events, kept in the state file."""

UNDELIVERED = gauge(
    "stripe_webhook_undelivered_events",
    "Events of the last 3 days, older than 5 minutes, that an endpoint has not taken; above 500 it is at least that.",
)
OLDEST = gauge(
    "stripe_webhook_oldest_undelivered_timestamp_seconds", "Unix time of the oldest undelivered event; absent if none."
)
NEWEST = gauge(
    "stripe_webhook_newest_undelivered_timestamp_seconds",
    "Unix time of the newest undelivered event: recent while deliveries fail, old while a backlog is worked off.",
)
ENDPOINT_ENABLED = gauge(
    "stripe_webhook_endpoint_enabled", "1 when Stripe delivers to the endpoint, else 0.", "endpoint", join="min"
)
PUSHED = gauge("stripe_webhook_received_timestamp_seconds", "Unix time at which Vigie was last sent an event.")
SUBSCRIPTIONS = gauge("stripe_subscriptions", "Subscriptions that have not ended, by status.", "status", join="sum")
CHURN = gauge(
    "stripe_subscription_churn",
    "Subscriptions that ended in the window, which is cut at full hours.",
    "window",
    join="sum",
)
CHURN_BASELINE = gauge(
    "stripe_subscription_churn_baseline",
    "Mean subscriptions that ended in such a window, over the four weeks before it; absent until they are read.",
    "window",
    join="sum",
)
MRR = gauge(
    "stripe_mrr",
    "Monthly recurring revenue of active and past-due subscriptions, in major units.",
    "currency",
    join="sum",
)
MRR_LEFT_OUT = gauge(
    "stripe_mrr_left_out_items",
    "Subscription items whose revenue cannot be told from their price.",
    "reason",
    join="sum",
)
READ_UNTIL = gauge("stripe_events_read_until_timestamp_seconds", "Unix time up to which all events were read.")
HISTORY_READ = gauge(
    "stripe_history_complete", "1 when the events of the 30 days before the first start were read too, else 0."
)
READS = gauge("stripe_read_requests", "GET requests that Vigie sent in the window.", "window", join="sum")
ALLOWED = gauge(
    "stripe_read_allocation",
    "GET requests that Stripe allows the account in the window, as far as it can be told from its payments.",
    "window",
    join="sum",
)
FAMILIES = (
    *COUNTERS,
    UNDELIVERED,
    OLDEST,
    NEWEST,
    ENDPOINT_ENABLED,
    PUSHED,
    SUBSCRIPTIONS,
    CHURN,
    CHURN_BASELINE,
    MRR,
    MRR_LEFT_OUT,
    READ_UNTIL,
    HISTORY_READ,
    READS,
    ALLOWED,
)
