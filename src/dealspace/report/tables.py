"""The tables of a report, each built once from a case."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dealspace.report.reading import Case, Effect
from dealspace.report.table import Cell, Column, Table, table
from dealspace.report.tables_deal import deal_tables
from dealspace.report.tables_elasticity import elasticity_sets
from dealspace.report.tables_footprint import footprint_tables
from dealspace.report.tables_horizon import horizon_tables
from dealspace.report.tables_products import product_tables
from dealspace.report.tables_source import source_tables

_PLACE = (Column("place", "Place"), Column("code", "Code"))
_POLICY = (Column("policy", "Policy"), Column("trade", "Trade balances"))


def build_tables(case: Case) -> dict[str, Table]:
    """Return every table by name, in the order of the report."""
    found = [
        *_stake(case),
        _summary(case),
        _effects(case),
        _sectors(case),
        _regions(case),
        *horizon_tables(case),
        *product_tables(case),
        *footprint_tables(case),
        elasticity_sets(case),
        *deal_tables(case),
        *source_tables(case),
    ]
    return {each.name: each for each in found if each.rows}


def _stake(case: Case) -> Iterator[Table]:
    stake, names = case.analysis.stake, case.names
    pair = f"{names.the(stake.deficit_of)} with {names.the(stake.partner)}"
    columns = (
        Column("sector", "Product group"),
        Column("code", "Code"),
        Column("imports", "Imports", "billion"),
        Column("exports", "Exports", "billion"),
        Column("balance", "Balance", "billion", signed=True),
        Column("share", "Share of the deficit", "share"),
    )
    rows: list[tuple[Cell, ...]] = [
        (p.label, p.sector, p.imports / 1e3, p.exports / 1e3, -p.deficit / 1e3, p.share) for p in stake.pieces
    ]
    total = 1.0 if stake.deficit > 0 else None
    rows.append(("All goods", "", stake.imports / 1e3, stake.exports / 1e3, -stake.deficit / 1e3, total))
    note = f"{stake.basis}. Source: {stake.source}. Shares add to 100 % once surpluses are taken off."
    yield table("stake", f"Make-up of the goods balance of {pair}", note, columns, rows)


def _runs(case: Case) -> Iterator[tuple[str, str, str]]:
    """Yield (policy, closure, reference): every policy against the law before, and against the status quo."""
    for closure in case.analysis.closures:
        for policy in case.policies:
            yield policy, closure, "before"
            if policy not in ("before", "status-quo"):
                yield policy, closure, "status-quo"


def _effects(case: Case) -> Table:
    columns = (
        *_PLACE,
        *_POLICY,
        Column("against", "Compared with"),
        Column("real_income", "Real income", "percent", signed=True),
        Column("gain", "Change of real income", "billion", signed=True),
        Column("consumer_prices", "Consumer prices against the home wage", "percent", signed=True),
        Column("duties", "Duties collected", "billion"),
        Column("goods_balance", "Goods balance with the partner", "billion", signed=True),
        Column("goods_balance_change", "Change of that balance", "billion", signed=True),
        Column("partner", "Partner"),
    )
    rows = []
    for place in case.places:
        for policy, closure, reference in _runs(case):
            effect = case.effect(place, policy, closure, reference)
            if effect is None:
                continue
            rows.append(
                (
                    *(case.names.region(place), place, case.title(policy), closure, case.title(reference)),
                    *(100 * effect.real_income, effect.gain / 1e3, 100 * effect.consumer_price),
                    *(effect.duties / 1e3, *_balances(case, effect), case.names.region(effect.partner)),
                )
            )
    note = (
        "Real income, gain and prices are changes against the policy in the column 'Compared with' under the same "
        "closure; duties and balances are levels. Balances: the parties with each other, others with the importer, "
        f"of whom only the change is shown: their benchmark is at basic price, not customs. {_REBASED}"
    )
    return table("effects", "What each policy does", note, columns, rows)


_REBASED = (
    "Under balanced trade the base is re-solved without aggregate deficits, so its bilateral balance is not the "
    "customs one."
)


def _balances(case: Case, effect: Effect) -> tuple[float | None, float]:
    """Return level and change of a balance, USD billion; no level for those outside the negotiation."""
    level = effect.balance / 1e3 if effect.place in case.parties else None
    return level, effect.balance_change / 1e3


def _summary(case: Case) -> Table:
    """The law before, now, with no deal and under the final offer, for the places that matter most."""
    sectors = case.main_sectors[:3]
    columns = (
        Column("place", "Place"),
        Column("trade", "Trade balances"),
        Column("policy", "Policy"),
        Column("real_income", "Real income", "percent", signed=True),
        Column("consumer_prices", "Consumer prices against wages", "percent", signed=True),
        *(Column(f"output_{code}", f"Output, {case.names.within(code)}", "percent", signed=True) for code in sectors),
        Column("goods_balance", "Goods balance", "billion", signed=True),
        Column("goods_balance_change", "Change of the balance", "billion", signed=True),
    )
    offer = case.final_offer_of(case.answerer)
    rows = []
    for place in (*case.parties, *(effect.place for effect in case.most_affected("no-deal", 3))):
        for closure in case.analysis.closures:
            for policy in ("before", "status-quo", "no-deal", offer):
                effect = case.effect(place, policy, closure, "before")
                if effect is None:
                    continue
                rows.append(
                    (
                        *(case.names.region(place), closure, case.title(policy)),
                        *(100 * effect.real_income, 100 * effect.consumer_price),
                        *(100 * effect.output.get(code, np.nan) for code in sectors),
                        *_balances(case, effect),
                    )
                )
    note = (
        "Changes against the law before any measure, under the same closure; balances are levels, of the "
        "parties with each "
        f"other; of others with {case.names.the(case.analysis.stake.deficit_of)} only the change is shown, as their "
        f"benchmark is at basic price, not customs. {_REBASED} 'No deal' is the threat carried out."
    )
    return table("summary", "Before, now, no deal and the final offer", note, columns, rows)


def _sectors(case: Case) -> Table:
    columns = (
        *_PLACE,
        Column("sector", "Sector"),
        Column("sector_code", "Code"),
        *_POLICY,
        Column("against", "Compared with"),
        Column("output", "Output at base-year prices", "percent", signed=True),
        Column("employment", "Employment", "percent", signed=True),
    )
    rows = []
    for place in case.places:
        for policy, closure, reference in _runs(case):
            effect = case.effect(place, policy, closure, reference)
            if effect is None or policy == "before":
                continue
            rows += [
                (
                    *(case.names.region(place), place, case.names.sector(sector), sector),
                    *(case.title(policy), closure, case.title(reference)),
                    *(100 * change, 100 * effect.employment.get(sector, np.nan)),
                )
                for sector, change in effect.output.items()
            ]
    note = "Every sector, against the policy in the column 'Compared with' under the same closure."
    return table("sectors", "Output and employment by sector", note, columns, rows, shown=False)


def _regions(case: Case) -> Table:
    """Every region of the world, so that nobody is left out."""
    columns = (
        Column("region", "Region"),
        Column("code", "Code"),
        *_POLICY,
        Column("against", "Compared with"),
        Column("real_income", "Real income", "percent", signed=True),
        Column("gain", "Change of real income", "billion", signed=True),
        Column("consumer_prices", "Consumer prices against the home wage", "percent", signed=True),
        Column("duties", "Duties collected", "billion"),
    )
    rows = []
    for policy, closure, reference in _runs(case):
        eq, base = case.equilibrium(policy, closure), case.equilibrium(reference, closure)
        if eq is None or base is None or policy == "before":
            continue
        income = 100 * (eq.real_income.values / base.real_income.values - 1)
        gain = (eq.equivalent_variation.values - base.equivalent_variation.values) / 1e3
        prices = 100 * (eq.consumer_price.values / base.consumer_price.values - 1)
        rows += [
            (
                *(case.names.region(code), code, case.title(policy), closure, case.title(reference)),
                *(income[n], gain[n], prices[n], float(eq.tariff_revenue.values[n]) / 1e3),
            )
            for n, code in enumerate(eq.world.regions)
        ]
    note = "Every region of the world economy; what the parties agree also moves others."
    return table("regions", "Every region", note, columns, rows, shown=False)
