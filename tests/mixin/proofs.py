"""Every proof there is, for whoever asks whether a fault in the rules would be noticed."""

from __future__ import annotations

from tests.mixin import (
    test_absence,
    test_alerts,
    test_first_samples,
    test_jumps,
    test_recorded,
    test_shares,
    test_slo,
    test_special,
    test_special_vendors,
    test_statistics,
    test_steady,
    test_stuck,
    test_twins,
)

PROOFS = (
    *test_recorded.PROOFS,
    *test_alerts.PROOFS,
    *test_jumps.PROOFS,
    *test_special.PROOFS,
    *test_absence.PROOFS,
    *test_special_vendors.PROOFS,
    *test_first_samples.PROOFS,
    *test_shares.PROOFS,
    *test_statistics.PROOFS,
    *test_steady.PROOFS,
    *test_stuck.PROOFS,
    *test_slo.PROOFS,
    *test_twins.PROOFS,
)
