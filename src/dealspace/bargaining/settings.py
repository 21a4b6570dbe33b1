"""How much work an analysis of a negotiation does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How much work an analysis does, and from which seed; stated with its results.

    Attributes
    ----------
    seed
        Seed of the sample's scrambling and of bootstraps; weight draws have the seed of their preference.
    sample
        Space-filling deals that are solved (rounded up to a power of two).
    corners
        Most corners of the issue box that are solved besides.
    frontier_points
        Points sought on the frontier.
    max_solves, max_gradients
        Most deals and gradients that searches may ask for in all, the sample apart.
    draws
        Weight draws S of each party; None takes the number that its preference states.
    lotteries
        Solutions on the convex hull of the deals (True) or on deals alone (False).
    beta
        Nash bargaining weight of the first party, in (0, 1).
    offer_starts
        Starts of the search for a final offer.
    certainty
        Acceptance probability that counts as "certain" for the safe alternative.
    """

    seed: int = 20250720
    sample: int = 512
    corners: int = 64
    frontier_points: int = 20
    max_solves: int = 2000
    max_gradients: int = 500
    draws: int | None = None
    lotteries: bool = True
    beta: float = 0.5
    offer_starts: int = 2
    certainty: float = 0.95
