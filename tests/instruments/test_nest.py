"""The nest's price and revenue factors against brute force over lines."""

from __future__ import annotations

import numpy as np
import pytest

from dealspace.instruments.nest import factors, line_sums


def brute(
    share: np.ndarray, tau0: np.ndarray, tau: np.ndarray, d: np.ndarray, eta: float
) -> tuple[float, float, float]:
    """Solve the nest by prices: the CES index over lines, spending by line, duty collected on it."""
    spending = share  # base spending, duty included; base prices 1
    price = tau * d / tau0
    if eta == 1.0:
        index, cost = np.exp((share * np.log(price)).sum()), np.exp((share * np.log(d)).sum())
    else:
        index = ((share * price ** (1 - eta)).sum()) ** (1 / (1 - eta))
        cost = ((share * d ** (1 - eta)).sum()) ** (1 / (1 - eta))
    new = spending * (price / index) ** (1 - eta)  # shares of new spending
    received = new / tau
    duty = received * (tau - 1)
    return index / cost, 1 + duty.sum() / received.sum(), cost


@pytest.mark.parametrize("eta", [0.5, 1.0, 2.0, 5.0])
def test_against_brute_force(eta: float) -> None:
    rng = np.random.default_rng(3)
    share = rng.dirichlet(np.ones(40))
    tau0, d = 1 + rng.uniform(0, 0.3, 40), rng.uniform(0.9, 1.0, 40)
    tau = np.maximum(tau0, 1.15)
    got = factors(line_sums(np.zeros(40, dtype=np.int32), share, tau0, tau, d, eta, 1), eta)
    expected = brute(share, tau0, tau, d, eta)
    assert [float(value[0]) for value in got[:3]] == pytest.approx(expected, rel=1e-14)


def test_eta_one_is_the_limit() -> None:
    rng = np.random.default_rng(4)
    share, tau0 = rng.dirichlet(np.ones(9)), 1 + rng.uniform(0, 0.2, 9)
    tau, d, cell = tau0 + 0.25, np.ones(9), np.zeros(9, dtype=np.int32)
    at_one = factors(line_sums(cell, share, tau0, tau, d, 1.0, 1), 1.0)
    near = factors(line_sums(cell, share, tau0, tau, d, 1.0 + 1e-6, 1), 1.0 + 1e-6)
    assert float(near.price_hat[0]) == pytest.approx(float(at_one.price_hat[0]), rel=1e-7)
    assert float(near.tau[0]) == pytest.approx(float(at_one.tau[0]), rel=1e-7)


def test_one_line_has_one_factor() -> None:
    one = np.ones(1)
    got = factors(line_sums(np.zeros(1, dtype=np.int32), one, one * 1.025, one * 1.275, one, 2.0, 1), 2.0)
    assert float(got.price_hat[0]) == pytest.approx(1.275 / 1.025, rel=1e-15)
    assert float(got.tau[0]) == pytest.approx(1.275, rel=1e-15)
    assert float(got.trade_cost[0]) == 1.0
