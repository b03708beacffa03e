"""Parts that may not be allowed: a refusal is no problem, a failure is one."""

from __future__ import annotations

import pytest

from vigie.core.parts import Part
from vigie.core.permitted import HOUR, Permitted
from vigie.errors import Reason, SourceError


class Vendor:
    """Counts how often it is asked, and answers or refuses."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: SourceError | None = None

    async def __call__(self) -> int:
        """What it has."""
        self.asked += 1
        if self.error:
            raise self.error
        return self.asked


async def test_it_is_read_at_the_pace_of_its_part() -> None:
    vendor = Vendor()
    part = Part(vendor, every=60.0, keep=0.0)
    permitted = Permitted("cost", part)
    for now, value in ((0.0, 1), (59.9, 1), (60.0, 2), (200.0, 3)):
        assert await permitted.refresh(now) == ()
        assert part.found == value


async def test_a_failure_is_given_back_and_tried_again_at_the_next_poll() -> None:
    vendor = Vendor()
    permitted = Permitted("cost", Part(vendor, every=60.0, keep=0.0))
    vendor.error = SourceError(Reason.UPSTREAM, "no")
    assert await permitted.refresh(0.0) == (vendor.error,)
    vendor.error = None
    assert await permitted.refresh(1.0) == ()
    assert (vendor.asked, permitted.allowed) == (2, True)


@pytest.mark.parametrize(
    "refusal",
    [
        SourceError(Reason.FORBIDDEN, "no"),
        SourceError(Reason.AUTH, "no"),
        SourceError(Reason.BAD_PAYLOAD, "pay", status=402),
    ],
    ids=["forbidden", "auth", "402"],
)
async def test_a_refusal_is_no_problem_and_is_tried_again_after_an_hour(refusal: SourceError) -> None:
    vendor = Vendor()
    permitted = Permitted("cost", Part(vendor, every=60.0, keep=0.0))
    vendor.error = refusal
    for now in (0.0, 60.0, HOUR - 1):
        assert await permitted.refresh(now) == ()
    assert (vendor.asked, permitted.allowed) == (1, False)
    vendor.error = None
    await permitted.refresh(HOUR)
    assert (vendor.asked, permitted.allowed) == (2, True)
