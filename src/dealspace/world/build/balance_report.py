"""The balance report: what the procedure moved, and how the result compares with customs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from dealspace.world.build.concordance import SPECIAL_CHAPTERS
from dealspace.world.build.customs import PINNED
from dealspace.world.build.naming import GOODS, GROUPS, REGIONS, SECTORS

if TYPE_CHECKING:
    from dealspace.world.build.procedure import Benchmark

_USA, _JPN = REGIONS.index("USA"), REGIONS.index("JPN")
#: Cells below this size (USD million) are not listed one by one.
_LISTED_FROM = 2_000.0
_MOVED = 0.05


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)


def balance_report(built: Benchmark, facts: dict[str, Any]) -> str:
    """Markdown text of the report; every number is computed from `built`."""
    parts = [
        "# Balance report of world-2022",
        "Written by `dealspace world build`. Values in USD million unless said otherwise.",
        "## Headline: United States and Japan, goods",
        _headline(facts["partners"]["JPN"], built),
        "## US goods trade by partner: customs and benchmark",
        "Goods, customs values of 2024 against cells of the benchmark. Pinned partners agree. For the others customs "
        "values are a prior only: output and absorption stay those of 2022, and the cells end where these leave room. "
        "Empty where customs does not name the partner's side; the rest of the world has no prior.",
        partner_table(built, facts),
        "## Vehicles: customs chapter 87 and sector C29 side by side",
        "They differ: chapter 87 holds tractors (C28) and motorcycles and bicycles (C30); sector C29 holds engines, "
        "wiring sets, ignition parts and seats of vehicles from other chapters, and a share of chapters 98-99.",
        _vehicles(built, facts),
        "## Chapters 98 and 99: not allocated to products",
        "Returned goods, articles assembled abroad and low-value shipments. They are spread over a partner's goods "
        "in proportion and stand in the lines as `98` and `99`.",
        _unallocated(facts),
        "## Step 2: flows moved by the pins and the balancing",
        "Exporters' output and importers' absorption by sector are those of the inter-country tables; only the "
        "pattern of trade moves.",
        _by_sector(built),
        f"Cells of at least {_LISTED_FROM:,.0f} that moved more than {_MOVED:.0%}, largest change first:",
        _cells(built),
        "## Step 3: use tables moved by the balancing",
        "Sum of absolute changes over the total, against the coefficients of 2020 applied to the output of 2022.",
        _regions(built),
        "## Balances and duties",
        _balances(built),
    ]
    return "\n\n".join(parts) + "\n"


def _headline(japan: dict[str, float], built: Benchmark) -> str:
    g = len(GOODS)
    model = built.flows[_USA, _JPN, :g].sum(), built.flows[_JPN, _USA, :g].sum()
    cars = japan["imports_hs8703"] + japan["imports_hs8708"]
    return table(
        ("basis", "imports", "exports", "deficit", "share of HS 8703 + 8708"),
        [
            _headline_row("customs: imports for consumption", japan, cars),
            ("benchmark", f"{model[0]:,.0f}", f"{model[1]:,.0f}", f"{model[0] - model[1]:,.0f}", ""),
            ("general imports (Census, as quoted)", "148,200", "", "68,500", f"{cars / 68_500:.0%}"),
        ],
    )


def _headline_row(name: str, entry: dict[str, float], cars: float) -> tuple[str, ...]:
    values = entry["imports_for_consumption"], entry["exports"], entry["goods_deficit"]
    return (name, *(f"{value:,.0f}" for value in values), f"{cars / entry['goods_deficit']:.0%}")


class PartnerGap(NamedTuple):
    """US goods trade with one partner, USD million: (imports, exports) by customs and in the benchmark."""

    partner: str
    pinned: bool
    customs: tuple[float | None, float | None]
    benchmark: tuple[float, float]

    def gap(self, side: int) -> float | None:
        """Benchmark over customs, less 1; None where customs does not tell."""
        known = self.customs[side]
        return self.benchmark[side] / known - 1 if known else None


def partner_gaps(built: Benchmark, facts: dict[str, Any]) -> list[PartnerGap]:
    """Every partner of `facts` in the benchmark, the largest customs imports first."""
    g = len(GOODS)
    gaps = []
    for partner, entry in facts["partners"].items():
        members = GROUPS.get(partner, (partner,))
        rows = [REGIONS.index(member) for member in members]
        benchmark = float(built.flows[_USA, rows, :g].sum()), float(built.flows[rows, _USA, :g].sum())
        customs = entry.get("imports_for_consumption"), entry.get("exports")
        gaps.append(PartnerGap(partner, set(members) <= set(PINNED), customs, benchmark))
    return sorted(gaps, key=lambda gap: -(gap.customs[0] or 0.0))


def partner_table(built: Benchmark, facts: dict[str, Any]) -> str:
    """Markdown table of `partner_gaps`."""
    rows = []
    for gap in partner_gaps(built, facts):
        cells = [gap.partner, "pinned" if gap.pinned else ""]
        for side in (0, 1):
            known, off = gap.customs[side], gap.gap(side)
            cells += ["" if known is None else f"{known:,.0f}", f"{gap.benchmark[side]:,.0f}"]
            cells.append("" if off is None else f"{off:+.1%}".replace("-0.0%", "+0.0%"))
        bought, sold = gap.customs
        cells.append("" if bought is None or sold is None else f"{bought - sold:,.0f}")
        cells.append(f"{gap.benchmark[0] - gap.benchmark[1]:,.0f}")
        rows.append(cells)
    head = ("partner", "", "imports, customs", "benchmark", "gap", "exports, customs", "benchmark", "gap")
    return table((*head, "deficit, customs", "benchmark"), rows)


def _vehicles(built: Benchmark, facts: dict[str, Any]) -> str:
    special = pl.col("hs").is_in(SPECIAL_CHAPTERS)
    rows = []
    for partner, entry in _import_partners(facts):
        part = built.us_lines.filter((pl.col("exporter") == partner) & (pl.col("sector") == "C29"))
        lines = part.filter(~special)["value"].sum()
        rows.append((partner, entry["imports_hs87"], entry["imports_hs8703"], entry["imports_hs8708"], lines))
    rows.sort(key=lambda row: -row[1])
    shown = [(name, *(f"{value:,.0f}" for value in values)) for name, *values in rows[:10]]
    return table(("US imports from", "HS 87", "of it 8703", "of it 8708", "C29 without 98-99"), shown)


def _import_partners(facts: dict[str, Any]) -> list[tuple[str, dict[str, float]]]:
    """Partners whose US imports are known (EU members are not, only the EU)."""
    return [(name, entry) for name, entry in facts["partners"].items() if "imports_hs87" in entry]


def _unallocated(facts: dict[str, Any]) -> str:
    rows = [
        (name, entry["imports_hs98"], entry["imports_hs99"], entry["imports_for_consumption"])
        for name, entry in _import_partners(facts)
    ]
    rows.sort(key=lambda row: -(row[1] + row[2]))
    shown = [(n, f"{a:,.0f}", f"{b:,.0f}", f"{(a + b) / total:.1%}") for n, a, b, total in rows[:12]]
    return table(("US imports from", "HS 98", "HS 99", "share of imports"), shown)


def _by_sector(built: Benchmark) -> str:
    rows = []
    for j, sector in enumerate(SECTORS):
        before, after = built.original[:, :, j], built.flows[:, :, j]
        moved = np.abs(after - before).sum() / 2 / before.sum()
        own = before[_USA, _USA], after[_USA, _USA]
        rows.append((sector, f"{moved:.2%}", f"{own[0]:,.0f}", f"{own[1]:,.0f}"))
    return table(("sector", "moved, share of all sales", "US own absorption before", "after"), rows)


def _cells(built: Benchmark) -> str:
    before, after = built.original, built.flows
    change = np.abs(after - before)
    listed = (np.maximum(before, after) >= _LISTED_FROM) & (change > _MOVED * before)
    order = zip(*np.unravel_index(np.argsort(-change, axis=None), change.shape), strict=True)
    rows = []
    for n, i, j in (index for index in order if listed[index]):
        pinned = "pinned" if np.isfinite(built.pins[n, i, j]) else ""
        cells = f"{before[n, i, j]:,.0f}", f"{after[n, i, j]:,.0f}"
        rows.append((REGIONS[n], REGIONS[i], SECTORS[j], *cells, pinned))
    small = int(((change > _MOVED * before) & ~listed).sum())
    note = f"\n\n{len(rows)} cells of {before.size} in all; {small} smaller ones moved by more than {_MOVED:.0%} too."
    shown = table(("importer", "exporter", "sector", "before", "after", ""), rows[:120])
    return shown + note + (f" The first 120 are listed. Pinned partners: {', '.join(PINNED)}.")


def _regions(built: Benchmark) -> str:
    rows = []
    use, fitted = built.use, built.technology
    for n, region in enumerate(REGIONS):
        inputs = np.abs(fitted.intermediate[n] - use.intermediate[n]).sum() / use.intermediate[n].sum()
        final = np.abs(fitted.final[n] - use.final[n]).sum() / use.final[n].sum()
        mark = "yes" if max(inputs, final) > _MOVED else ""
        rows.append((region, f"{inputs:.1%}", f"{final:.1%}", mark))
    return table(("region", "intermediate use moved", "final demand moved", "more than 5 %"), rows)


def _balances(built: Benchmark) -> str:
    world = built.economy
    rows = [
        (
            region,
            f"{world.value_added[n].sum():,.0f}",
            f"{world.deficit[n]:,.0f}",
            f"{world.revenue[n]:,.0f}",
            f"{world.final_demand[n].min():,.1f}",
        )
        for n, region in enumerate(REGIONS)
    ]
    gap = np.abs(world.deficit.sum()) / world.value_added.sum()
    text = table(("region", "value added", "deficit", "duties", "smallest final demand"), rows)
    return f"{text}\n\nDeficits add to zero within {gap:.1e} of world value added. No final demand is negative."
