"""Nested demand and quota complementarity of a product, against closed forms and in random draws."""

from __future__ import annotations

import numpy as np
import pytest

from dealspace.errors import DealspaceError
from dealspace.outcomes.products import Market, MarketQuota, Setting, base_money, clear, country_shares, split_money
from dealspace.outcomes.products.clearing import _bisect_in_turn, _faults
from dealspace.outcomes.products.demand import demand, index_hat

HOME = np.array([True, False, False])


def market(**changes: object) -> Market:
    """Home and two origins; abroad a price of 100 and a duty of 20 %."""
    fields: dict[str, object] = {
        "name": "grain",
        "importer": "JPN",
        "sector": "A01",
        "hs": ("1006",),
        "origins": ("JPN", "USA", "AUS"),
        "quantity": [60.0, 30.0, 10.0],
        "border": [100.0, 100.0, 100.0],
        "tau": [1.0, 1.2, 1.2],
        "specific": [0.0, 0.0, 0.0],
        "sigma": 4.0,
        "sigma_home": 2.0,
        "upper": 0.5,
        "unit": "kt",
    }
    return Market(**(fields | changes))  # type: ignore[arg-type]


def unchanged(base: Market, **changes: object) -> Setting:
    fields = {
        "cost_hat": np.ones(len(base.origins)),
        "tau": base.tau,
        "specific": base.specific,
        "quotas": base.quotas,
        "spending_hat": 1.0,
        "sector_price_hat": 1.0,
    }
    return Setting(**(fields | changes))  # type: ignore[arg-type]


def test_indices_by_hand() -> None:
    half = np.array([0.5, 0.5])
    assert index_hat(half, np.array([2.0, 1.0]), 2.0) == pytest.approx(4 / 3)
    assert index_hat(half, np.array([4.0, 1.0]), 1.0) == pytest.approx(2.0)
    assert index_hat(half, np.array([2.0, 1.0]), 0.5) == pytest.approx(((2**0.5 + 1) / 2) ** 2)


def test_demand_by_hand() -> None:
    # Imports half and half, one of them twice as dear, sigma 2: their price is 4/3. Home half of all, sigma_home 3.
    found = demand(np.array([100.0, 50.0, 50.0]), HOME, np.array([1.0, 2.0, 1.0]), 2.0, 3.0, 1.0)
    price = ((1 + (4 / 3) ** -2) / 2) ** -0.5
    assert found.imports == pytest.approx(4 / 3)
    assert found.price == pytest.approx(price)
    total = 1 / price
    assert found.quantity == pytest.approx(
        [
            total * price**3,
            total * (4 / 3 / price) ** -3 * (2 / (4 / 3)) ** -2,
            total * (4 / 3 / price) ** -3 * (4 / 3) ** 2,
        ]
    )


def test_spending_is_the_index_times_the_amount() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        spending, price = rng.uniform(1, 100, 3), rng.uniform(0.5, 2, 3)
        sigma, home, upper = rng.uniform(0.3, 12, 3)
        found = demand(spending, HOME, price, sigma, home, upper, 1.3, 1.1)
        assert (spending * price * found.quantity).sum() == pytest.approx(spending.sum() * found.price * found.total)
        assert found.total == pytest.approx(1.3 / 1.1 * (found.price / 1.1) ** -upper)


def test_a_quota_on_the_only_origin_has_a_closed_form() -> None:
    # One origin, no home: quantity is (p / p0)^-upper. Half the base at upper 0.5 needs four times the price.
    half = MarketQuota("q", ("USA",), 15.0, inside=0.2, outside=None)
    base = market(origins=("USA",), quantity=[30.0], border=[100.0], tau=[1.2], specific=[0.0], quotas=(half,))
    found = clear(base, unchanged(base))
    assert found.price[0] == pytest.approx(4 * 120)
    assert found.volume[0] == pytest.approx(15.0)
    assert found.residual < 1e-10


def test_a_quota_is_a_tariff_that_gives_the_same_volume() -> None:
    base = market()
    tariff = clear(base, unchanged(base, tau=np.array([1.0, 1.5, 1.2])))
    volume = 30.0 * tariff.demand.quantity[1]
    quota = MarketQuota("q", ("USA",), volume, inside=0.2, outside=3.0)
    rationed = clear(base, unchanged(base, quotas=(quota,)))
    assert rationed.price == pytest.approx(tariff.price)
    assert rationed.demand.quantity == pytest.approx(tariff.demand.quantity)
    after = base.with_(quotas=(quota,))
    money = split_money(
        after, rationed.border, rationed.price, base.quantity * rationed.demand.quantity, rationed.volume
    )
    assert money.duty[1] == pytest.approx(0.2 * 100 * volume)
    assert money.markup[1] == pytest.approx(0.3 * 100 * volume)  # what the larger tariff would collect


def test_a_slack_quota_is_none() -> None:
    base = market()
    quota = MarketQuota("q", ("USA", "AUS"), 41.0, inside=0.2, outside=1.0)
    found = clear(base, unchanged(base, quotas=(quota,)))
    assert found.premium[0] == 0.0
    assert found.demand.quantity == pytest.approx(np.ones(3))


def test_over_quota_pays_the_outside_duty_and_the_rest_earns_the_rent() -> None:
    # A quarter of USA's and AUS's 40 comes in over a quota of 30 at 50 %; inside they pay 10 % and a mark-up of 30 a
    # unit at most, so 10 of the premium of 40 stay with the importer.
    quota = MarketQuota("q", ("USA", "AUS"), 30.0, inside=0.1, outside=0.5, markup_cap=30.0, premium=1.0)
    base = market(tau=[1.0, 1.5, 1.5], quotas=(quota,))
    money = base_money(base)
    assert money.duty[1:] == pytest.approx([30 * (0.75 * 10 + 0.25 * 50), 10 * (0.75 * 10 + 0.25 * 50)])
    assert money.markup[1:] == pytest.approx([30 * 0.75 * 30, 10 * 0.75 * 30])
    assert money.rents_importer[1:] == pytest.approx([30 * 0.75 * 10, 10 * 0.75 * 10])
    parts = money.receipts + money.duty + money.markup + money.rents_importer + money.rents_exporter
    assert parts == pytest.approx(money.spending)
    assert clear(base, unchanged(base)).premium[0] == 1.0


def test_home_supply_answers_its_price() -> None:
    base = market(supply=0.5)
    found = clear(base, unchanged(base, tau=np.array([1.0, 1.0, 1.0])))
    home = found.price[0] / 100.0
    assert home < 1.0
    assert found.demand.quantity[0] == pytest.approx(home**0.5)
    fixed = clear(market(), unchanged(base, tau=np.array([1.0, 1.0, 1.0])))
    assert fixed.price[0] == 100.0
    assert fixed.demand.quantity[0] < found.demand.quantity[0] < 1.0


def test_complementarity_in_a_thousand_draws() -> None:
    rng = np.random.default_rng(11)
    regimes = {"slack": 0, "binding": 0, "over": 0}
    for _ in range(1000):
        number = int(rng.integers(2, 6))
        names = ("JPN", *(f"R{k}" for k in range(number)))
        border, quantity = rng.uniform(50, 200, number + 1), rng.uniform(1, 100, number + 1)
        cut = int(rng.integers(1, number)) if number > 1 else 1
        inside, gap = rng.uniform(0, 0.5, 2), rng.uniform(0.05, 2.0, 2)
        base = market(
            origins=names, border=border, quantity=quantity, tau=rng.uniform(1, 1.5, number + 1),
            specific=rng.uniform(0, 50, number + 1), sigma=rng.uniform(1.2, 12), sigma_home=rng.uniform(0.5, 8),
            upper=rng.uniform(0, 1.5), supply=float(rng.choice([0.2, 1.0, np.inf])),
        )  # fmt: skip
        groups = (names[1 : cut + 1], names[cut + 1 :])
        quotas = tuple(
            MarketQuota(
                f"q{k}", group, float(rng.uniform(0.3, 2.0) * sum(quantity[names.index(name)] for name in group)),
                inside=inside[k], outside=inside[k] + gap[k],
            )
            for k, group in enumerate(groups)
            if group
        )  # fmt: skip
        cost = rng.uniform(0.8, 1.25, number + 1)
        found = clear(base, unchanged(base, quotas=quotas, cost_hat=cost, spending_hat=1.1, sector_price_hat=0.95))
        assert found.residual < 1e-8
        for quota, premium, volume in zip(quotas, found.premium, found.volume, strict=True):
            ratio = volume / quota.volume
            slack, over = premium <= 1e-9, premium >= 1 - 1e-9
            assert 0 <= premium <= 1
            if slack:
                assert ratio <= 1 + 1e-8
            elif over:
                assert ratio >= 1 - 1e-8
            else:
                assert ratio == pytest.approx(1.0, abs=1e-8)
            regimes["slack" if slack else "over" if over else "binding"] += 1
    assert min(regimes.values()) > 100, regimes


def test_bisection_in_turn_finds_what_newton_finds() -> None:
    quotas = (
        MarketQuota("usa", ("USA",), 20.0, inside=0.2, outside=2.0),
        MarketQuota("aus", ("AUS",), 12.0, inside=0.2, outside=1.0),
    )
    base = market(supply=0.7)
    setting = unchanged(base, quotas=quotas)
    low, high = np.array([0.0, 0.0, -5.0]), np.array([1.0, 1.0, 5.0])
    found = _bisect_in_turn(lambda x: _faults(base, setting, x), np.array([0.5, 0.5, 0.0]), low, high)
    newton = clear(base, setting)
    np.testing.assert_allclose(found[:2], newton.premium, atol=1e-10)
    assert 100 * np.exp(found[2]) == pytest.approx(newton.price[0], rel=1e-10)
    assert np.abs(_faults(base, setting, found)).max() < 1e-8
    assert newton.premium[0] > 0  # the quota of USA binds
    assert newton.premium[1] == pytest.approx(np.clip(newton.premium[1], 0, 1))


def test_country_shares_split_a_quota() -> None:
    quota = MarketQuota("q", ("USA", "AUS"), 40.0, inside=0.2, outside=1.0)
    own, rest = country_shares(market(quotas=(quota,)), "q", {"USA": 35.0})
    assert (own.origins, own.volume) == (("USA",), 35.0)
    assert (rest.origins, rest.volume) == (("AUS",), 5.0)
    assert country_shares(market(quotas=(quota,)), "q", {"USA": 35.0}, volume=50.0)[1].volume == 15.0
    with pytest.raises(DealspaceError, match="no quota 'Q'; did you mean 'q'"):
        country_shares(market(quotas=(quota,)), "Q", {"USA": 35.0})
    with pytest.raises(DealspaceError, match="leave -2 of 40 for AUS"):
        country_shares(market(quotas=(quota,)), "q", {"USA": 42.0})
    with pytest.raises(DealspaceError, match="'US' has no part in q; did you mean 'USA'"):
        country_shares(market(quotas=(quota,)), "q", {"US": 5.0})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"quantity": [60.0, 0.0, 10.0]}, "grain.quantity: is 0 for USA; give numbers above 0"),
        ({"tau": [1.0, 1.2]}, "grain.tau: needs 3 finite numbers"),
        ({"sigma": 0.0}, "grain.sigma: is 0; give an elasticity of substitution above 0"),
        ({"origins": ("JPN", "USA", "USA")}, "names an origin twice"),
        ({"quotas": (MarketQuota("q", ("JPN",), 1.0),)}, "names 'JPN', which is no foreign origin"),
        ({"quotas": (MarketQuota("q", ("USA",), -1.0),)}, "has a volume of -1; give one above 0"),
        ({"quotas": (MarketQuota("q", ("USA",), 1.0, inside=0.5, outside=0.1),)}, "dearer inside than outside"),
    ],
)
def test_what_is_no_market_is_refused(changes: dict[str, object], text: str) -> None:
    with pytest.raises(DealspaceError) as error:
        market(**changes)
    assert text in str(error.value)
