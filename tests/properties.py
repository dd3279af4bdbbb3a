"""How many examples a property gets: a quarter in `make test`, all of them in `make proofs`."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

THOROUGH = 100
QUICK = THOROUGH // 4

# Two busy cores are no fault of the code: properties have no deadline.
settings.register_profile("thorough", max_examples=THOROUGH, deadline=None)
settings.register_profile("quick", max_examples=QUICK, deadline=None)


def examples(most: int, **more: Any) -> settings:
    """At most so many examples in `make proofs`, for a property whose examples take long; a quarter in `make test`."""
    return settings(max_examples=-(-most * settings().max_examples // THOROUGH), **more)
