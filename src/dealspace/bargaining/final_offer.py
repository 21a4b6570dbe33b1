"""The final offer of one side: what to propose when the other side's weights are not known.

The offer maximises E[1{other accepts} (U - d)] + E[d] over draws of the other side's weights. It is searched
with softened acceptance and reported unsmoothed, with intervals, the next-best alternatives, what certainty
would cost, and the most the other side could ask.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .game import Game
from .model import Array, Index
from .offer_search import Draws, distinct, make_draws, search_offers
from .results import DealPoint, FinalOffer, Offer, Settings
from .stats import bootstrap_mean, wilson
from .words import amount
from .zone import best_for

ALTERNATIVES = 3
# Alternatives differ by at least this share of the range on at least one issue.
APART = 0.2


def plan_offer(
    game: Game,
    party: int,
    own: Array,
    other: Array,
    no_deal: Array,
    settings: Settings,
    *,
    no_deal_ends: Array | None = None,
    money: bool = False,
) -> FinalOffer:
    """Return the final offer of a party.

    Parameters
    ----------
    party
        0 or 1, who offers.
    own, other
        (S, M) weight draws of the offering side (a single row when it knows its own) and of the other.
    no_deal
        (M,) expected measures of no deal.
    no_deal_ends
        (2, M) the same with the threat at its weakest and at its strongest; None when that is not stated.
    money
        Whether both pay-offs are money (the share of the surplus is then of the added gains).
    """
    draws = make_draws(game, party, own, other, no_deal)
    name, rival = game.model.parties[party], game.model.parties[1 - party]
    if not len(game.deals):
        return _nothing(name, rival, "failed", draws, None, "No deal has a solution, so none can be offered.")
    search_offers(game, party, draws, settings.offer_starts, settings.certainty)
    limit = _limit(game, party)
    value = draws.value(game.measures)
    order = np.argsort(-value, kind="stable")
    if value[order[0]] <= draws.expected_no_deal + game.tolerance[party]:
        words = (
            f"{name} has no offer that is better for it than no deal and that {rival} accepts in any of "
            f"{draws.size} draws of its weights."
        )
        return _nothing(name, rival, "no-zone", draws, limit, words)
    worth = order[value[order] > draws.expected_no_deal + game.tolerance[party]]
    best, *others = distinct(game, worth, 1 + ALTERNATIVES, APART)
    offer = _judge(game, draws, best, settings)
    certain = _most_certain(game, draws, worth, settings)
    share = _surplus_share(game, party, offer, money)
    return FinalOffer(
        party=name,
        other=rival,
        status="ok",
        offer=offer,
        no_deal=draws.expected_no_deal,
        surplus_share=share,
        certain=certain,
        given_up=None if certain is None else max(offer.value - certain.value, 0.0),
        alternatives=tuple(_judge(game, draws, i, settings) for i in others),
        counter=None,
        limit=limit,
        acceptance_over_threat=_over_threat(draws, offer, no_deal_ends),
        draws=draws.size,
        words=_words(game, party, draws, offer, certain, share),
    )


def _judge(game: Game, draws: Draws, index: int, settings: Settings) -> Offer:
    """Read a solved deal as an offer, unsmoothed."""
    measures = game.measures[index]
    accepts = draws.accepted(measures)
    d = draws.own @ (draws.no_deal - draws.origin)
    worth = accepts * draws.gains(measures) + d
    rng = np.random.default_rng([settings.seed, 2])
    share = float(np.mean(accepts))
    # Weights that are taken as known leave nothing to estimate.
    interval = wilson(int(accepts.sum()), draws.size) if draws.size > 1 else (share, share)
    return Offer(
        deal=game.deals[index],
        payoffs=game.payoffs(measures),
        acceptance=share,
        acceptance_interval=interval,
        value=float(np.mean(worth)),
        value_interval=bootstrap_mean(worth, rng),
        measures=measures,
    )


def _most_certain(game: Game, draws: Draws, worth: Index, settings: Settings) -> Offer | None:
    """Return the best of the worthwhile offers that are accepted with the asked-for certainty."""
    chances = draws.accepted(game.measures[worth]).mean(axis=1)
    sure = worth[chances >= settings.certainty - 1e-12]
    return _judge(game, draws, int(sure[0]), settings) if len(sure) else None


def _over_threat(draws: Draws, offer: Offer, ends: Array | None) -> tuple[float, float] | None:
    """Return the acceptance of an offer with no deal at either end of how strong the threat is."""
    if ends is None:
        return None
    low, high = (float(np.mean(replace(draws, no_deal=end).accepted(offer.measures))) for end in ends)
    return low, high


def _limit(game: Game, party: int) -> DealPoint | None:
    """Return the most the other side could ask: best for it among the deals both prefer to no deal."""
    found = best_for(game, 1 - party)
    if found is None or not game.beats_no_deal(game.payoffs(found.measures)):
        return None
    name = f"most {game.model.parties[1 - party]} could ask"
    return DealPoint(name, "limit", found.deal, game.payoffs(found.measures), found.measures)


def _surplus_share(game: Game, party: int, offer: Offer, money: bool) -> float | None:
    """Return the offering side's share of the gains, normalised by what each could gain unless money."""
    outcomes = game.outcomes
    rational = outcomes[game.beats_no_deal(outcomes)]
    if not len(rational):
        return None
    gains = offer.payoffs - game.no_deal
    if (gains < -game.tolerance).any():
        return None
    if not money:
        most = rational.max(axis=0) - game.no_deal
        if (most <= game.tolerance).any():
            return None
        gains = gains / most
    total = float(gains.sum())
    return float(gains[party]) / total if total > 0 else None


def _nothing(name: str, rival: str, status: str, draws: Draws, limit: DealPoint | None, words: str) -> FinalOffer:
    d = draws.expected_no_deal
    return FinalOffer(name, rival, status, None, d, None, None, None, (), None, limit, None, draws.size, words)


def _terms(game: Game, deal: Array) -> str:
    axes = game.model.issues
    return ", ".join(f"{axis.name} {axis.write(value)}" for axis, value in zip(axes, deal, strict=True))


def _words(
    game: Game,
    party: int,
    draws: Draws,
    offer: Offer,
    certain: Offer | None,
    share: float | None,
) -> str:
    name, rival = game.model.parties[party], game.model.parties[1 - party]
    low, high = offer.acceptance_interval
    known = draws.size == 1
    chance = (
        f"{rival}, whose weights are taken as known, accepts it"
        if known
        else f"{rival} accepts it in {offer.acceptance:.0%} of {draws.size} draws of its weights "
        f"({low:.0%} to {high:.0%})"
    )
    text = (
        f"{name} should offer {_terms(game, offer.deal)}, because {chance} and it is worth "
        f"{amount(offer.value - draws.expected_no_deal)} more to {name} than no deal, in expectation."
    )
    if share is not None:
        text += f" It keeps {share:.0%} of the gains."
    elif offer.payoffs[1 - party] < game.no_deal[1 - party] - game.tolerance[1 - party]:
        text += f" At its central weights {rival} would be better off without it."
    if not known:
        text += _certainty_words(offer, certain)
    return text


def _certainty_words(offer: Offer, certain: Offer | None) -> str:
    if certain is None:
        return " No offer worth making is sure to be accepted."
    if certain.value >= offer.value - 1e-9 * abs(offer.value) or offer.acceptance >= certain.acceptance:
        return " Nothing safer is worth more."
    return (
        f" An offer accepted in {certain.acceptance:.0%} of the draws would be worth "
        f"{amount(offer.value - certain.value)} less."
    )
