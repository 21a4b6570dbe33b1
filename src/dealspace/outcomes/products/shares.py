"""Country shares inside a quota: who gets a part of its own, and what is left for the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dealspace.errors import DealspaceError, near_matches
from dealspace.outcomes.products.market import Market, MarketQuota


def country_shares(
    market: Market, quota: str, shares: Mapping[str, float], volume: float | None = None
) -> tuple[MarketQuota, ...]:
    """Return the market's quotas with parts of one reserved for some origins; the others share what is left.

    Parameters
    ----------
    market : Market
    quota : str
        Name of the quota that is split.
    shares : mapping
        Origin to its own volume, in the market's unit.
    volume : float, optional
        New volume of the whole quota; the present one where left out.

    Raises
    ------
    DealspaceError
        When the quota or an origin is not known, or the shares leave nothing for the others.

    Notes
    -----
    Each part has its own premium: a larger share lowers the premium of its origin and raises that of the others.
    """
    by_name = {each.name: each for each in market.quotas}
    if quota not in by_name:
        raise DealspaceError(f"{market.name} has no quota {quota!r}; {near_matches(quota, by_name)}")
    whole = by_name[quota]
    unknown = [name for name in shares if name not in whole.origins]
    if unknown:
        raise DealspaceError(f"{unknown[0]!r} has no part in {quota}; {near_matches(unknown[0], whole.origins)}")
    total = whole.volume if volume is None else volume
    left = total - sum(shares.values())
    others = tuple(name for name in whole.origins if name not in shares)
    if left < 0 or (others and left == 0) or min(shares.values(), default=1.0) <= 0:
        raise DealspaceError(
            f"shares of {sum(shares.values()):g} {market.unit} in {quota} leave {left:g} of {total:g} for "
            f"{', '.join(others) or 'nobody'}; give shares above 0 that leave some"
        )
    own = [replace(whole, name=f"{quota}, {name}", origins=(name,), volume=part) for name, part in shares.items()]
    rest = [replace(whole, name=f"{quota}, others", origins=others, volume=left)] if others else []
    return (*(each for each in market.quotas if each.name != quota), *own, *rest)
