"""Measures by name: ``ev:USA``, ``balance:USA:JPN``, ``va:JPN:C29`` and their like.

A name is a kind, a region or group, and what the kind needs: a partner or a sector.
"""

from __future__ import annotations

from collections.abc import Callable

from dealspace.core import measures as core
from dealspace.core.measures import Measure
from dealspace.errors import DealspaceError, unknown_name
from dealspace.outcomes.labels import RATIO, USD
from dealspace.world.economy import Economy


def measure(world: Economy, name: str) -> Measure:
    """Return the measure of a `name` on the axes of `world`.

    Kinds: ``ev:REGION`` equivalent variation, the cost of work taken off; ``real_income:REGION``, ``real_wage:REGION``,
    ``labour:REGION`` (labour supply) and ``consumer_price:REGION`` ratios; ``consumer_price:REGION:SECTOR`` the
    sector's price over the index; ``jobs:REGION:SECTOR`` employment, a ratio; ``va:REGION:SECTOR`` real value added;
    ``output:REGION:SECTOR`` output at base-year prices; ``balance:REGION:PARTNER`` goods exports less imports,
    ``balance:REGION:PARTNER:SECTOR`` of one sector; ``revenue:REGION`` duty and services tax,
    ``revenue:REGION:SECTOR`` of one sector; ``rents:REGION``, ``subsidies:REGION``; ``grants:REGION`` grant
    equivalents of commitments received less given. A region may be a group where amounts or workers add up.

    Raises
    ------
    UnknownNameError, DealspaceError
        For an unknown kind, region or sector, or the wrong number of parts.
    """
    if not isinstance(name, str):
        raise DealspaceError(f"{name!r} is not the name of a measure; write one such as 'ev:USA'")
    kind, *rest = name.split(":")
    if kind not in KINDS:
        raise unknown_name("measure", name, sorted(KINDS))
    build, needs = KINDS[kind]
    if len(rest) not in needs:
        form = ":".join([kind, *("REGION", "PARTNER" if kind == "balance" else "SECTOR", "SECTOR")[: needs[0]]])
        raise DealspaceError(f"the measure {name!r} should read {form}")
    return build(world, name, *rest)


def _positions(world: Economy, name: str) -> tuple[int, ...]:
    return tuple(world.region_index(member) for member in world.members(name))


def _ev(world: Economy, name: str, region: str) -> Measure:
    sentence = f"what the change is worth to {region}, at prices and size of the base year"
    return core.EquivalentVariation(name, USD, sentence, _positions(world, region))


def _real_income(world: Economy, name: str, region: str) -> Measure:
    return core.RealIncome(name, RATIO, f"what spending buys in {region}", world.region_index(region))


def _real_wage(world: Economy, name: str, region: str) -> Measure:
    return core.RealWage(name, RATIO, f"what a wage buys in {region}", world.region_index(region))


def _labour(world: Economy, name: str, region: str) -> Measure:
    return core.LabourSupply(name, RATIO, f"workers in {region}", world.region_index(region))


def _consumer_price(world: Economy, name: str, region: str, sector: str | None = None) -> Measure:
    if sector is not None:
        at = world.region_index(region), world.sector_index(sector)
        return core.SectorPrice(name, RATIO, f"price of {sector} in {region} relative to its consumer prices", *at)
    sentence = f"consumer prices in {region} relative to its wage"
    return core.ConsumerPrice(name, RATIO, sentence, world.region_index(region))


def _va(world: Economy, name: str, region: str, sector: str) -> Measure:
    sentence = f"value added of {sector} in {region}, deflated by its consumer prices"
    return core.RealValueAdded(name, USD, sentence, _positions(world, region), world.sector_index(sector))


def _output(world: Economy, name: str, region: str, sector: str) -> Measure:
    sentence = f"output of {sector} in {region} at base-year prices"
    return core.OutputVolume(name, USD, sentence, _positions(world, region), world.sector_index(sector))


def _balance(world: Economy, name: str, region: str, partner: str, sector: str | None = None) -> Measure:
    sectors = world.goods if sector is None else (sector,)
    positions = tuple(world.sector_index(each) for each in sectors)
    sentence = f"{sector or 'goods'} exports of {region} to {partner} less imports, at basic price"
    return core.TradeBalance(name, USD, sentence, _positions(world, region), _positions(world, partner), positions)


def _jobs(world: Economy, name: str, region: str, sector: str) -> Measure:
    sentence = f"employment in {sector} in {region}"
    return core.Employment(name, RATIO, sentence, _positions(world, region), world.sector_index(sector))


def _revenue(world: Economy, name: str, region: str, sector: str | None = None) -> Measure:
    sentence = f"duty and services tax collected by {region}{'' if sector is None else f' in {sector}'}"
    sectors = () if sector is None else (world.sector_index(sector),)
    return core.TariffRevenue(name, USD, sentence, _positions(world, region), sectors)


def _rents(world: Economy, name: str, region: str) -> Measure:
    return core.Rents(name, USD, f"scarcity rents received by {region}", _positions(world, region))


def _subsidies(world: Economy, name: str, region: str) -> Measure:
    sentence = f"subsidies paid by {region} less export taxes received"
    return core.Subsidies(name, USD, sentence, _positions(world, region))


def _grants(world: Economy, name: str, region: str) -> Measure:
    sentence = f"grant equivalents of commitments received by {region} less given, apart from the equilibrium"
    return core.Grants(name, USD, sentence, _positions(world, region))


KINDS: dict[str, tuple[Callable[..., Measure], tuple[int, ...]]] = {
    "ev": (_ev, (1,)),
    "real_income": (_real_income, (1,)),
    "real_wage": (_real_wage, (1,)),
    "labour": (_labour, (1,)),
    "consumer_price": (_consumer_price, (1, 2)),
    "jobs": (_jobs, (2,)),
    "va": (_va, (2,)),
    "output": (_output, (2,)),
    "balance": (_balance, (2, 3)),
    "revenue": (_revenue, (1, 2)),
    "rents": (_rents, (1,)),
    "subsidies": (_subsidies, (1,)),
    "grants": (_grants, (1,)),
}
