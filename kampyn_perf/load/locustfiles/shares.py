"""How often each flow of a locustfile arrives: Locust's weights and counts as whole numbers. Pure.

Under Locust they say how many *users* of a class there are; here, which share of the *sessions*.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from locust import User

from kampyn_perf.errors import KampynError

_FINEST = 1000
"""Weights such as 0.3333 are taken as the nearest fraction with a denominator up to this."""
_LONGEST = 10_000
"""The order of flows is as long as the sum of their weights."""


def exact(weight: Any) -> Fraction:
    """A weight as it is meant: 0.1 is a tenth, and 0.3333333333333333 a third."""
    return Fraction(str(weight)).limit_denominator(_FINEST)


def class_shares(
    users: Mapping[str, type[User]], places: Mapping[str, str], weights: Mapping[str, int]
) -> dict[str, Fraction]:
    """The weight of each class; `weights` replace what the classes say. Raises KampynError."""
    fixed = [name for name, kind in users.items() if kind.fixed_count and name not in weights]
    free = [name for name in users if name not in fixed]
    if fixed and free:
        name = fixed[0]
        raise KampynError(
            f"{places.get(name, name)}: {name} has a fixed_count of {users[name].fixed_count} "
            f"beside classes with weights ({', '.join(free)}): which share of the sessions that is "
            "depends on a number of users, which there is none of when sessions arrive at a rate",
            hint=f"Say it, next to the others' weights: --set config.weights='{{\"{name}\": 1}}'",
        )
    return {
        name: Fraction(weights[name])
        if name in weights
        else Fraction(kind.fixed_count)
        if kind.fixed_count
        else exact(kind.weight)
        for name, kind in users.items()
    }


def whole(shares: Mapping[str, Fraction]) -> dict[str, int]:
    """The same shares as whole numbers: as they are where they are whole, the smallest otherwise.

    Where those would be too large, the nearest that add up to about 10,000; none becomes nothing.
    """
    if not any(shares.values()):
        return dict.fromkeys(shares, 0)
    scale = math.lcm(*(share.denominator for share in shares.values()))
    numbers = {name: int(share * scale) for name, share in shares.items()}
    if scale > 1:
        divisor = math.gcd(*numbers.values())
        numbers = {name: number // divisor for name, number in numbers.items()}
    total = sum(numbers.values())
    if scale == 1 or total <= _LONGEST:
        return numbers
    return {
        name: max(round(number * _LONGEST / total), 1) if number else 0
        for name, number in numbers.items()
    }
