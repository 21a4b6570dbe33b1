"""Hypothesis strategies: small calibrated worlds of every odd kind, and shocks on them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from rival.economies import Data, Recipe, random_economy, random_shock

# A few sizes only: the engine compiles once per size, and oddity comes from the content.
SIZES = ((1, 1), (1, 3), (2, 1), (3, 1), (3, 2), (4, 3), (6, 5))
SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def recipes(draw) -> Recipe:
    """What kind of world: size, gaps, blocs, links, elasticities, duties, deficits."""
    regions, sectors = draw(st.sampled_from(SIZES))
    low, high = sorted(draw(st.tuples(*[st.sampled_from((0.5, 1.0, 4.0, 8.0, 15.0))] * 2)))
    return Recipe(
        regions=regions,
        sectors=sectors,
        home_bias=draw(st.sampled_from((0.5, 5.0, 30.0))),
        zero_flows=draw(st.sampled_from((0.0, 0.3, 0.7))),
        idle=draw(st.sampled_from((0.0, 0.0, 0.3))),
        blocs=draw(st.integers(1, min(2, regions))),
        inputs=draw(st.sampled_from((0.0, 0.4, 0.8))),
        theta=(low, high),
        top_tariff=draw(st.sampled_from((0.0, 0.3))),
        balancing=draw(st.sampled_from((0, 2, 2, 20))),
    )


@st.composite
def worlds(draw) -> Data:
    """A calibrated world."""
    return random_economy(np.random.default_rng(draw(SEEDS)), draw(recipes()))


@st.composite
def shocked_worlds(draw) -> tuple[Data, dict[str, np.ndarray]]:
    """A world with the wedges of a policy: rates up to 300 %, trade costs, at times subsidies and export taxes."""
    data, rng = draw(worlds()), np.random.default_rng(draw(SEEDS))
    tariff, cost = random_shock(
        rng,
        data,
        cells=draw(st.integers(1, 8)),
        top_tariff=draw(st.sampled_from((0.1, 0.5, 3.0))),
        top_cost=draw(st.sampled_from((1.1, 3.0, 10.0))),
    )
    largest = draw(st.sampled_from((0.0, 0.0, 0.3)))
    subsidy = rng.uniform(-largest, largest, cost.shape)
    return data, {"tariff": tariff, "trade_cost": cost, "subsidy": subsidy}
