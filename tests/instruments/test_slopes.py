"""The map from deals to wedges, for every kind of issue at once: gradients, batches, no change at the neutral end."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tests.instruments.small_world import ISSUES, small_sheet, small_world

import dealspace as ds
from dealspace.instruments.compile import compile_deals, compile_policy
from dealspace.instruments.policy import Policy
from dealspace.termsheet import TermSheet

WORLD = small_world()
QUOTA = {
    "kind": "quota", "by": "JPN", "on": ["USA", "MEX", "ROW"], "products": "A01", "coverage": "80%",
    "volume": "770 kt", "imports": {"USA": "346 kt", "MEX": "286 kt", "ROW": "135 kt"},
    "in_rate": "1%", "out_rate": "60%", "markup": "1%", "source": "a test",
}  # fmt: skip
#: Name, what it is, value at which nothing changes, value at which slopes are taken.
KINDS: dict[str, tuple[dict[str, Any], float, float]] = {
    "duty": (ISSUES["farm"] | {"products": ["A01", "C26"]}, 0.0, 0.4),
    "content": (
        {"kind": "tariff", "by": "USA", "on": "JPN", "products": "C24", "stacking": "add", "content": "30%",
         "range": ["0%", "50%"]}, 0.0, 0.2),
    "preference": (
        {"kind": "tariff", "by": "JPN", "on": "MEX", "products": "C29", "stacking": "replace", "utilisation": "70%",
         "origin_cost": "0.5%", "range": ["0%", "3%"]}, 0.03, 0.01),
    "all": (
        {"kind": "tariff", "by": "USA", "on": "MEX", "products": "C26", "stacking": "inclusive", "mfn": True,
         "range": ["0%", "3%"]}, 0.03, 0.011),
    "barrier": (
        {"kind": "ntb", "by": "JPN", "on": "USA", "products": "C29", "base": "20%", "range": ["0 pp", "15 pp"],
         "sense": "reduction", "rent_share": "30%"}, 0.0, 0.07),
    "tax": (
        {"kind": "services-tax", "by": "JPN", "on": "world", "products": "S", "coverage": "40%",
         "own_suppliers": True, "range": ["0%", "3%"]}, 0.0, 0.02),
    "make": (
        {"kind": "subsidy", "by": "USA", "products": "A01", "pays": "production", "range": ["0%", "10%"]}, 0.0, 0.05),
    "leave": (
        {"kind": "export-tax", "by": "JPN", "on": "USA", "products": "C29", "range": ["0%", "10%"]}, 0.0, 0.04),
    "volume": ({"kind": "quota-volume", "by": "JPN", "quota": "q", "range": ["770 kt", "900 kt"]}, 770.0, 830.0),
    "share": ({"kind": "quota-share", "by": "JPN", "on": "USA", "quota": "q", "range": ["346 kt", "700 kt"]},
              346.0, 500.0),
    "mark": ({"kind": "markup", "by": "JPN", "quota": "q", "range": ["0%", "2%"]}, 0.01, 0.004),
    "sum": (
        {"kind": "commitment", "by": "JPN", "on": "USA", "years": 5, "grant_equivalent": "2%",
         "range": ["0 bn USD", "600 bn USD"]}, 0.0, 3e5),
}  # fmt: skip
NEUTRAL = np.array([neutral for _, neutral, _ in KINDS.values()])
SOMEWHERE = np.array([at for _, _, at in KINDS.values()])


def sheet() -> TermSheet:
    policies = {"before": [], "status-quo": ["q"], "no-deal": ["q"]}
    return small_sheet(measures={"q": QUOTA}, policies=policies, issues={name: k[0] for name, k in KINDS.items()})


DEALS = compile_deals(sheet(), WORLD)


def weighed(deals: Any, x: Any) -> jax.Array:
    """One number that every array of the wedges moves."""
    total = jnp.zeros(())
    for k, leaf in enumerate(jax.tree.leaves(deals.wedges(x))):
        if jnp.issubdtype(leaf.dtype, jnp.floating):
            weights = jnp.cos(jnp.arange(leaf.size, dtype=jnp.float64) + k).reshape(leaf.shape)
            total = total + (weights * jnp.log(jnp.abs(leaf) + 0.5)).sum()
    return total


TOTAL, SLOPE = jax.jit(weighed), jax.jit(jax.grad(weighed, argnums=1))


@pytest.mark.parametrize("name", list(KINDS))
def test_slopes_against_central_differences(name: str) -> None:
    k = list(KINDS).index(name)
    slope = float(SLOPE(DEALS, SOMEWHERE)[k])
    step = np.eye(len(KINDS))[k] * 1e-6 * max(1.0, abs(SOMEWHERE[k]))
    numeric = (float(TOTAL(DEALS, SOMEWHERE + step)) - float(TOTAL(DEALS, SOMEWHERE - step))) / (2 * step[k])
    assert slope == pytest.approx(numeric, rel=2e-6, abs=1e-12)
    assert abs(numeric) * max(1.0, abs(SOMEWHERE[k])) > 1e-4


def test_the_neutral_end_is_the_status_quo() -> None:
    before = compile_policy(sheet(), WORLD, "status-quo").wedges
    there = DEALS.wedges(NEUTRAL)
    for name in ("price_hat", "tau", "trade_cost", "subsidy", "rent", "transfer"):
        assert np.abs(np.asarray(getattr(there, name)) - np.asarray(getattr(before, name))).max() < 1e-14, name
    found = ds.solve(WORLD, Policy.of_deal(WORLD, DEALS, NEUTRAL))
    assert found.solution is not None
    assert np.abs(np.asarray(found.solution.real_income_hat) - 1).max() < 1e-12


def test_batches_agree_with_single_deals() -> None:
    many = np.stack([NEUTRAL, SOMEWHERE, (NEUTRAL + SOMEWHERE) / 2])
    batch = jax.jit(jax.vmap(lambda d, x: d.wedges(x), in_axes=(None, 0)))(DEALS, many)
    for row, x in enumerate(many):
        for got, one in zip(jax.tree.leaves(batch), jax.tree.leaves(DEALS.wedges(x)), strict=True):
            assert np.abs(np.asarray(got[row]) - np.asarray(one)).max() <= 1e-12 * np.abs(np.asarray(one)).max()
    hash(jax.tree_util.tree_structure(DEALS))


def test_what_a_sheet_has_none_of_is_not_carried() -> None:
    plain = compile_deals(sheet(), WORLD, issues=["duty"])
    assert plain.levies is None
    assert plain.rent_kept is None
    assert plain.groups.width is None
    assert plain.groups.unclaimed is None
    assert plain.groups.duties.ceiling is None


def test_an_offer_on_every_kind_is_the_deal() -> None:
    terms = {
        name: axis.write(float(value))
        for (name, axis), value in zip(sheet().issues.items(), SOMEWHERE, strict=True)
    }  # fmt: skip
    policies = {"before": [], "status-quo": ["q"], "no-deal": ["q"]}
    whole = small_sheet(
        measures={"q": QUOTA},
        policies=policies,
        issues={name: k[0] for name, k in KINDS.items()},
        offers={"o": {"by": "USA", "date": "2025-07-01", **terms}},
    )
    policy = compile_policy(whole, WORLD, "o")
    for got, expected in zip(jax.tree.leaves(policy.wedges), jax.tree.leaves(DEALS.wedges(SOMEWHERE)), strict=True):
        assert np.abs(np.asarray(got) - np.asarray(expected)).max(initial=0.0) < 1e-9
    assert policy.quota_names == ("q:USA", "q:others")
