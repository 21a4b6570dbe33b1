r"""Whether carrying out a threat pays its maker: break-even reputation cost and break-even weights.

.. math:: \rho^* = U(\text{back down}) - [ s\,U(\text{carried out}) + (1-s)\,U(\text{struck down}) ]

A maker whose reputation suffers by more than :math:`\rho^*` when it backs down carries the threat out.
These are numbers over weights, never a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .model import Array
from .no_deal import Branches, NoDealTerms
from .payoffs import measure_words
from .results import BreakEven, Credibility
from .stats import wilson
from .words import amount


def net_change(parts: Branches, s: float) -> Array:
    """Return the expected change (M,) of the measures, the threat carried out less backing down."""
    return s * parts.carried_out + (1 - s) * parts.struck_down - parts.otherwise


def break_even_cost(weights: Array, parts: Branches, s: float) -> Array:
    """Return rho* for weights (M,) or (S, M): a scalar array or (S,)."""
    return -(np.asarray(weights) @ net_change(parts, s))


def break_even_weight(weights: Array, change: Array, column: int, name: str) -> BreakEven:
    """Return the weight on one measure at which the threat just pays, all other weights held.

    With rho*(w) = -(rest + w change_c), the root is w = -rest / change_c.
    """
    step = float(change[column])
    rest = float(weights @ change) - float(weights[column]) * step
    pays_now = float(weights @ change) >= 0
    now = float(weights[column])
    if step == 0.0:
        when = "always" if pays_now else "never"
        words = f"The threat does not move {measure_words(name)}, so no weight on it decides."
        return BreakEven(name, now, None, when, step, words)
    root = -rest / step + 0.0
    when = "above" if step > 0 else "below"
    words = f"{_root_words(measure_words(name), root, when)} (now {now:.3g}; it changes by {amount(step)})."
    return BreakEven(name, now, root, when, step, words)


def _root_words(what: str, root: float, when: str) -> str:
    if root <= 0:
        sign = "any weight from zero up" if when == "above" else "no positive weight"
        return f"The threat pays by itself at {sign} on {what}"
    side = "more" if when == "above" else "less"
    return f"The threat pays by itself if a USD of {what} is worth {side} than {root:.3g} to its maker"


def assess_threat(
    parts: Branches,
    terms: NoDealTerms,
    weights: Array,
    measure_names: Sequence[str],
    origin: Array,
    *,
    presets: Mapping[str, Array] | None = None,
    draws: Array | None = None,
    watched: Sequence[str] = (),
) -> Credibility:
    """Return what the threat is worth to its maker.

    Parameters
    ----------
    parts
        Measures of the branches of no deal.
    weights
        (M,) the threatener's weights.
    origin
        (M,) measures of the status quo.
    presets
        Preset name -> (M,) weights, to show for whom the threat is credible.
    draws
        (S, M) weight draws, or None.
    watched
        Measures whose break-even weight is reported besides those the party weighs.
    """
    change = net_change(parts, terms.s)
    cost = float(break_even_cost(weights, parts, terms.s))
    # The party's own equivalent variation is the unit that the other weights are counted in.
    unit = f"ev:{terms.threatener}"
    columns = [i for i, name in enumerate(measure_names) if name != unit and (weights[i] != 0 or name in watched)]
    even = tuple(break_even_weight(weights, change, i, measure_names[i]) for i in columns)
    share, interval, quantiles, count = None, None, None, 0
    if draws is not None and len(draws):
        costs = break_even_cost(draws, parts, terms.s)
        count = len(costs)
        share = float(np.mean(costs <= 0))
        interval = wilson(int(np.sum(costs <= 0)), count)
        low, mid, high = np.quantile(costs, [0.05, 0.5, 0.95])
        quantiles = (float(low), float(mid), float(high))
    return Credibility(
        threatener=terms.threatener or "",
        back_down=float(weights @ (parts.otherwise - origin)),
        carried_out=float(weights @ (parts.carried_out - origin)),
        struck_down=float(weights @ (parts.struck_down - origin)),
        s=terms.s,
        break_even_cost=cost,
        by_preset={name: float(break_even_cost(vector, parts, terms.s)) for name, vector in (presets or {}).items()},
        break_even=even,
        share_credible=share,
        share_interval=interval,
        draws=count,
        cost_quantiles=quantiles,
        words=_words(terms.threatener or "the threatener", cost, share, count),
    )


def _words(who: str, cost: float, share: float | None, count: int) -> str:
    if cost > 0:
        text = (
            f"Carrying out the threat costs {who} {amount(cost)} more than backing down, so it pays only if "
            f"backing down would cost more than that in reputation."
        )
    else:
        text = f"Carrying out the threat brings {who} {amount(-cost)} more than backing down, reputation apart."
    if share is not None:
        text += f" It pays by itself in {share:.0%} of {count} draws of the weights."
    return text
