"""Footprints and responses as plain rows for tables: names, numbers and words; None is what no source gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dealspace.outcomes.footprint.data import Ranges
from dealspace.outcomes.footprint.model import Footprint
from dealspace.outcomes.footprint.response import Response, response_range

Row = dict[str, Any]


def base_rows(footprint: Footprint) -> list[Row]:
    """Sales by maker and place in the base year: units, share of the maker's sales (per cent), status, how, source."""
    rows = []
    for m, maker in enumerate(footprint.makers):
        total = footprint.units[m].sum()
        for p, plant in enumerate(footprint.plants):
            if footprint.units[m, p] > 0:
                note = footprint.note(maker, plant)
                told = {"status": note.status, "how": note.how, "source": note.source} if note else {}
                row: Row = {"maker": maker, "plant": plant, "units": float(footprint.units[m, p])}
                share = {"share_percent": float(100 * footprint.units[m, p] / total)}
                rows.append(row | share | (told or dict.fromkeys(("status", "how", "source"), "")))
    return rows


def sales_rows(response: Response) -> list[Row]:
    """Sales by maker and place: units before and after, changes, the buyer's price (per cent)."""
    f = response.footprint
    rows = []
    for m, p in np.argwhere(f.units > 0).tolist():
        before, after = f.units[m, p], response.units[m, p]
        row = {"maker": f.makers[m], "plant": f.plants[p], "before": before, "after": after, "change": after - before}
        price = 100 * (response.buyer_hat[m, p] - 1)
        rows.append(_plain(row | {"change_percent": _percent(before, after), "price_percent": price}))
    return rows


def maker_rows(response: Response) -> list[Row]:
    """Sales by maker: units before and after, imports no longer bought, the maker's price index (per cent)."""
    f = response.footprint
    rows = []
    for m, maker in enumerate(f.makers):
        before, after = f.units[m].sum(), response.units[m].sum()
        row = {"maker": maker, "before": before, "after": after, "change_percent": _percent(before, after)}
        price = 100 * (response.choice.maker_price_hat[m] - 1)
        rows.append(_plain(row | {"imports_displaced": response.displaced[m], "price_percent": price}))
    return rows


def place_rows(response: Response) -> list[Row]:
    """Sales of the group and of all makers by place, beside the equilibrium's volume and the residual (points).

    `equilibrium_percent` is the volume of the whole sector from that place, parts included; `residual_points` is the
    nest's change of all makers' units less that.
    """
    f, group = response.footprint, response.footprint.in_group
    volume, residual = response.costs.volume_hat, response.residual
    rows = []
    for p, plant in enumerate(f.plants):
        before, after = f.units[:, p], response.units[:, p]
        row = {
            "plant": plant,
            "group_before": before[group].sum(),
            "group_after": after[group].sum(),
            "group_percent": _percent(before[group].sum(), after[group].sum()),
            "all_before": before.sum(),
            "all_after": after.sum(),
            "all_percent": _percent(before.sum(), after.sum()),
            "duty_before_percent": 100 * response.costs.duty_before[p],
            "duty_after_percent": 100 * response.costs.duty_after[p],
            "equilibrium_percent": None if volume is None else 100 * (volume[p] - 1),
            "residual_points": None if residual is None else 100 * residual[p],
        }
        rows.append(_plain(row))
    return rows


def output_rows(response: Response) -> list[Row]:
    """What the group's home plants make: sales at home, exports, output, jobs, parts brought in and their duty."""
    f = response.footprint
    home = f.plants.index(f.home)
    sold = f.units[f.in_group, home].sum(), response.units[f.in_group, home].sum()
    rows = [
        _line(f"sold in {f.market}", "units", *sold),
        _line("exported", "units", f.exports, f.exports * response.costs.exports_hat),
        _line("output", "units", *response.output),
    ]
    if response.jobs is not None:
        rows.append(_line("jobs at these plants", "persons", *response.jobs))
    if response.parts_volume_hat is not None and f.parts_value is not None:
        rows.append(
            _line(
                f"parts from {f.parts_from}",
                "USD mn at base prices",
                f.parts_value,
                f.parts_value * response.parts_volume_hat,
            )
        )
    if response.parts_duty is not None:
        rows.append(_line("duty on these parts", "USD mn", *response.parts_duty))
    return rows


def duty_rows(response: Response) -> list[Row]:
    """Duty on the group's cars by place: USD per car and USD million before and after; None without a sourced value."""
    f, group = response.footprint, response.footprint.in_group
    units = np.stack([f.units, response.units])[:, group]
    rows = []
    for p, plant in enumerate(f.plants):
        if plant == f.home or units[0, :, p].sum() <= 0:
            continue
        total = response.duty_total[:, group, p]
        sums = np.where(units[:, :, p] > 0, total, 0.0).sum(axis=1)
        per_unit = 1e6 * sums / units[:, :, p].sum(axis=1)
        row = {
            "plant": plant,
            "rate_before_percent": 100 * response.costs.duty_before[p],
            "rate_after_percent": 100 * response.costs.duty_after[p],
            "per_unit_before": per_unit[0],
            "per_unit_after": per_unit[1],
            "total_before": sums[0],
            "total_after": sums[1],
        }
        rows.append(_plain(row))
    return rows


def range_rows(response: Response, ranges: Ranges) -> list[Row]:
    """Headline changes with their range over the assumed parameters: per cent, jobs in persons."""
    found: Mapping[str, tuple[float, float, float]] = response_range(response, ranges)
    rows = []
    for key, values in found.items():
        unit, scale = ("persons", 1.0) if key == "jobs" else ("percent", 100.0)
        low, central, high = (scale * value for value in values)
        rows.append({"what": key, "unit": unit, "low": low, "central": central, "high": high})
    return rows


def note_lines(footprint: Footprint) -> list[str]:
    """Sentences under a table: what is not told, and where the totals come from."""
    told = [
        f"{key}: {note.status}; {note.how} ({note.source})" for key, note in footprint.notes.items() if "|" not in key
    ]
    return [*footprint.not_told, *told]


def _line(what: str, unit: str, before: float, after: float) -> Row:
    row = {"what": what, "unit": unit, "before": before, "after": after, "change": after - before}
    return _plain(row | {"percent": _percent(before, after)})


def _percent(before: float, after: float) -> float | None:
    return 100 * (after / before - 1) if before > 0 else None


def _plain(row: Row) -> Row:
    """Return a row of Python numbers; what is missing is None."""
    return {key: _cell(value) for key, value in row.items()}


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    return None if np.isnan(value) else float(value)
