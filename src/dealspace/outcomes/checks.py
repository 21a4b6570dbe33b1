"""What `solve` and `gradient` are given, checked before any work."""

from __future__ import annotations

from dealspace.errors import DealspaceError, PolicyError
from dealspace.instruments.policy import Policy
from dealspace.world.economy import Economy

LEAST_TOLERANCE, LARGEST_TOLERANCE = 1e-15, 1e-6


def check_inputs(world: object, policy: object, tolerance: object) -> None:
    """Refuse what is no economy, no policy or no tolerance, in words."""
    if not isinstance(world, Economy):
        cure = 'give an Economy, such as dealspace.load_world("world-2022")'
        raise DealspaceError(f"{world!r} is not an economy; {cure}")
    if policy is not None and not isinstance(policy, Policy):
        cure = "give a Policy, such as sheet.policy('no-deal'), or None for no change"
        raise PolicyError(f"{policy!r} is not a policy; {cure}")
    if not isinstance(tolerance, int | float) or not LEAST_TOLERANCE <= tolerance <= LARGEST_TOLERANCE:
        raise DealspaceError(
            f"a tolerance of {tolerance!r} makes no sense; give one from {LEAST_TOLERANCE:g} to "
            f"{LARGEST_TOLERANCE:g} (a looser one would pass off an unfinished solve as a solution)"
        )
