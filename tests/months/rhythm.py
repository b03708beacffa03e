"""How busy a product is, and how much of that is chance."""

from __future__ import annotations

import math
import random
from typing import Protocol

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEKEND = 0.45
"""A day of the weekend beside a working day."""
NIGHT = 0.004
"""The dead of night beside the busiest minute of a day."""


def busy(at: float) -> float:
    """Share of the busiest minute, at so many seconds after a Monday began."""
    hour = at % DAY / HOUR
    awake = math.sin(math.pi * (hour - 6) / 17) ** 1.3 if 6 < hour < 23 else 0.0
    return max(NIGHT, awake) * (WEEKEND if at // DAY % 7 >= 5 else 1.0)


class Chance(Protocol):
    """What chance makes of a mean."""

    def count(self, mean: float) -> float:
        """How many events happen where so many are usual."""

    def vary(self, spread: float) -> float:
        """A factor around 1."""


class Seeded:
    """Chance that is the same in every run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - made-up traffic

    def count(self, mean: float) -> float:
        """A whole number, distributed as Poisson says; by the bell curve where there is no difference."""
        if mean > 50:
            return max(0, round(self._random.gauss(mean, math.sqrt(mean))))
        number, product, bound = 0, self._random.random(), math.exp(-mean)
        while product > bound:
            number += 1
            product *= self._random.random()
        return number

    def vary(self, spread: float) -> float:
        """Evenly, at most so far from 1."""
        return 1 + spread * (2 * self._random.random() - 1)


class Average:
    """No chance: every moment is as usual, so that it can be calculated when a threshold is crossed."""

    def count(self, mean: float) -> float:
        """The mean."""
        return mean

    def vary(self, _spread: float) -> float:
        """One."""
        return 1.0
