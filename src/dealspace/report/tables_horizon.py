"""Tables of the short, medium and long run: real income, prices, output, jobs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dealspace.outcomes.horizon import HORIZONS
from dealspace.outcomes.jobs import workforces
from dealspace.report.reading import Case
from dealspace.report.table import Cell, Column, Table, table


def horizon_tables(case: Case) -> Iterator[Table]:
    """Yield the case by horizon, and employment in the sectors that matter."""
    yield from _by_horizon(case)
    yield _decomposition(case)
    yield from _employment(case)


def _runs(case: Case) -> Iterator[tuple[str, str, str]]:
    """Yield (horizon, policy, reference): the status quo against the law before, all else against the status quo."""
    policies = [policy for policy in case.policies if policy not in ("before", "status-quo")]
    for horizon in case.analysis.by_horizon:
        yield horizon, "status-quo", "before"
        yield from ((horizon, policy, "status-quo") for policy in policies)


def _by_horizon(case: Case) -> Iterator[Table]:
    sectors = case.main_sectors[:3]
    columns = (
        Column("place", "Place"),
        Column("run", "Run"),
        Column("policy", "Policy"),
        Column("against", "Compared with"),
        Column("real_income", "Real income", "percent", signed=True),
        Column("gain", "Change of real income", "billion", signed=True),
        Column("consumer_prices", "Consumer prices against wages", "percent", signed=True),
        *(Column(f"output_{code}", f"Output, {case.names.within(code)}", "percent", signed=True) for code in sectors),
        *(Column(f"jobs_{code}", f"Jobs, {case.names.within(code)}", "percent", signed=True) for code in sectors),
        *(Column(f"price_{code}", f"Price, {case.names.within(code)}", "percent", signed=True) for code in sectors),
    )
    rows = []
    for place in case.parties:
        for horizon, policy, reference in _runs(case):
            effect = case.horizon_effect(horizon, place, policy, reference)
            if effect is None:
                continue
            numbers = (effect.real_income, effect.consumer_price)
            rows.append(
                (
                    *(case.names.region(place), horizon, case.title(policy), case.title(reference)),
                    *(100 * numbers[0], effect.gain / 1e3, 100 * numbers[1]),
                    *(100 * effect.output.get(code, np.nan) for code in sectors),
                    *(100 * effect.employment.get(code, np.nan) for code in sectors),
                    *(100 * effect.price.get(code, np.nan) for code in sectors),
                )
            )
    readings = "; ".join(f"{name}: {run.reading}" for name, run in HORIZONS.items())
    note = f"{readings}. Prices are consumer prices over the home price index. Deficits {case.analysis.closure}."
    main = {case.title(policy) for policy in case.main_policies}
    title = "The short, the medium and the long run"
    yield table("horizons", title, note, columns, [row for row in rows if row[2] in main])
    yield table("horizons-all", f"{title}: every policy of the sheet", note, columns, rows, shown=False)


_PARTS = {
    "terms_of_trade": "Terms of trade",
    "trade_volume": "Volume of trade",
    "revenue_and_rents": "Revenue and rents",
    "subsidies": "Subsidies",
    "barriers": "Barriers",
    "labour_supply": "Labour supply",
    "deficit": "Deficit",
    "total": "Real income",
}


def _decomposition(case: Case) -> Table:
    """Where the change of real income comes from, in hundredths of log points."""
    columns = (
        Column("place", "Place"),
        Column("policy", "Policy"),
        *(Column(part, title, "percent", signed=True) for part, title in _PARTS.items()),
    )
    rows = []
    for policy, found in case.analysis.decompositions.items():
        for region in (region for party in case.parties for region in case.members(party)):
            here = found.sel(region=region)
            parts = (100 * float(here[part]) for part in _PARTS)
            rows.append((case.names.region(region), case.title(policy), *parts))
    note = (
        "Against the law before any measure, in the long run, along the log-linear path of the policy: the parts add "
        "up to the change of log real income exactly, how they split it depends on the path."
    )
    return table("decomposition", "Where the change of real income comes from", note, columns, rows)


def _employment(case: Case) -> Iterator[Table]:
    columns = (
        Column("place", "Place"),
        Column("sector", "Sector"),
        Column("run", "Run"),
        Column("policy", "Policy"),
        Column("against", "Compared with"),
        Column("change", "Jobs", "percent", signed=True),
        Column("persons", "Persons at work", "count", "thousand"),
        Column("persons_change", "Change", "rate", "thousand", signed=True),
        Column("covers", "What the source counts"),
        Column("source", "Source"),
    )
    counted = {(entry.region, entry.sector): entry for entry in workforces()}
    rows: list[tuple[Cell, ...]] = []
    for place in case.parties:
        for horizon, policy, reference in _runs(case):
            effect = case.horizon_effect(horizon, place, policy, reference)
            for sector, change in (effect.employment if effect else {}).items():
                entry = counted.get((place, sector))
                told: tuple[Cell, ...] = (None, None, "", "")
                if entry is not None:
                    told = (entry.persons / 1e3, change * entry.persons / 1e3, entry.covers, entry.source)
                rows.append(
                    (
                        *(case.names.region(place), case.names.sector(sector), horizon, case.title(policy)),
                        *(case.title(reference), 100 * change, *told),
                    )
                )
    note = "Persons only where a source counts them; a part of a sector is taken to move as the sector does."
    yield table("employment", "Jobs by sector and horizon", note, columns, rows, shown=False)
    keep = {case.title("no-deal"), case.title(case.final_offer_of(case.answerer))}
    main = {case.names.sector(code) for code in case.main_sectors}
    shown = [row[:8] for row in rows if row[6] is not None and row[1] in main and row[3] in keep]
    note += " The other sectors, and the sources, are in tables/employment.csv."
    yield table("jobs", "Jobs in persons, where a source counts them", note, columns[:8], shown)
