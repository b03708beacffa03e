"""Every proof there is, for whoever asks whether a fault in the rules would be noticed."""

from __future__ import annotations

from tests.mixin import (
    test_alerts,
    test_recorded,
    test_slo,
    test_special,
    test_special_vendors,
    test_statistics,
    test_stuck,
    test_twins,
)

PROOFS = (
    *test_recorded.PROOFS,
    *test_alerts.PROOFS,
    *test_special.PROOFS,
    *test_special_vendors.PROOFS,
    *test_statistics.PROOFS,
    *test_stuck.PROOFS,
    *test_slo.PROOFS,
    *test_twins.PROOFS,
)
