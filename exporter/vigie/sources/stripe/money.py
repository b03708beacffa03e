"""Amounts in minor units, as Stripe writes them, to major units, as people do (docs.stripe.com/currencies)."""

from __future__ import annotations

from decimal import Decimal

_ZERO = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE = "bhd jod kwd omr tnd"
_PLACES = dict.fromkeys(_ZERO.split(), 0) | dict.fromkeys(_THREE.split(), 3)
"""
Currencies without two decimal places. Two that have no minor unit are written with two places all the same, for
compatibility: 100 is one króna (ISK) and one Ugandan shilling (UGX).
"""


def major(amount: int | Decimal, currency: str) -> float:
    """`amount` in the currency's major unit: 1050 eur is 10.5, 1050 jpy is 1050, 1050 kwd is 1.05."""
    return float(Decimal(amount).scaleb(-_PLACES.get(currency, 2)))
