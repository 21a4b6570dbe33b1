"""`dealspace simulate`: the effects of one policy of a sheet."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dealspace.cli.output import Progress, print_json, progress, text_table

if TYPE_CHECKING:
    from dealspace.outcomes.equilibrium import Equilibrium
    from dealspace.termsheet import TermSheet

NOT_CONVERGED = 3


class Deficits(StrEnum):
    """The closures of trade balances."""

    FIXED = "fixed"
    BALANCED = "balanced"
    PROPORTIONAL = "proportional"


def command(
    sheet: Annotated[str, typer.Argument(metavar="SHEET", help="Built-in name, or path of a YAML file.")],
    policy: Annotated[
        str, typer.Option("--policy", metavar="NAME", help="A policy of the sheet, such as no-deal, or an offer.")
    ],
    deficits: Annotated[
        Deficits, typer.Option("--deficits", help="What holds trade balances: as they are, at zero, or in proportion.")
    ] = Deficits.FIXED,
    json: Annotated[bool, typer.Option("--json", help="Print every region as JSON.")] = False,
) -> None:
    r"""Compute the effects of one policy, each region against the benchmark before any measure.

    \b
    Examples:
      dealspace simulate us-japan-2025 --policy no-deal
      dealspace simulate us-japan-2025 --policy status-quo --deficits balanced --json

    Exits with 3, a reason and no numbers when the equilibrium has no solution.
    """
    from dealspace.errors import unknown_name
    from dealspace.termsheet import load_sheet

    found = load_sheet(sheet)
    if policy not in found.policies and policy not in found.offers:
        raise unknown_name("policy", policy, [*found.policies, *found.offers])
    with progress() as report:
        equilibrium = _solve(found, policy, deficits.value, report)
    if not equilibrium.converged:
        _say_unsolved(found, policy, deficits.value, equilibrium, json)
        raise typer.Exit(NOT_CONVERGED)
    if json:
        print_json(_record(found, policy, deficits.value, equilibrium))
    else:
        typer.echo(_text(found, policy, deficits.value, equilibrium))


def _solve(sheet: TermSheet, policy: str, deficits: str, report: Progress) -> Equilibrium:
    report("loading the engine", 0.0)
    import dealspace as ds
    from dealspace.instruments.compile import compile_policy
    from dealspace.termsheet.loading import world_of

    world = world_of(sheet)
    report(f"solving {policy}", 0.5)
    return ds.solve(world, compile_policy(sheet, world, policy), deficits=deficits, labour="mobile")


def _say_unsolved(sheet: TermSheet, policy: str, deficits: str, equilibrium: Equilibrium, json: bool) -> None:
    if json:
        print_json(_head(sheet, policy, deficits, equilibrium))
    typer.echo(
        f"{sheet.name}, policy {policy}, {deficits} trade: no solution; {equilibrium.reason}",
        err=True,
    )


def _head(sheet: TermSheet, policy: str, deficits: str, equilibrium: Equilibrium) -> dict[str, Any]:
    return {
        "sheet": sheet.name,
        "policy": policy,
        "closure": {"deficits": deficits, "labour": "mobile"},
        "against": "the benchmark before any measure, under the same closure",
        "converged": bool(equilibrium.converged),
        "status": str(equilibrium.status.code),
        "reason": equilibrium.reason,
        "residual": float(equilibrium.residual),
    }


#: Column of the table, attribute of the equilibrium, and what turns its values into the unit shown.
_COLUMNS = (
    ("real_income_percent", "real_income", lambda x: 100.0 * (x - 1.0)),
    ("consumer_prices_percent", "consumer_price", lambda x: 100.0 * (x - 1.0)),
    ("equivalent_variation_usd_mn", "equivalent_variation", lambda x: x),
    ("tariff_revenue_usd_mn", "tariff_revenue", lambda x: x),
)


def _regions(equilibrium: Equilibrium) -> list[dict[str, Any]]:
    names = equilibrium.world.region_names or {}
    columns = {key: [turn(float(x)) for x in getattr(equilibrium, field).values] for key, field, turn in _COLUMNS}
    return [
        {"region": region, "name": names.get(region, region)} | {key: values[k] for key, values in columns.items()}
        for k, region in enumerate(equilibrium.world.regions)
    ]


def _record(sheet: TermSheet, policy: str, deficits: str, equilibrium: Equilibrium) -> dict[str, Any]:
    world = equilibrium.world
    members = [sheet.members(party, world) for party in sheet.parties]
    balance = sum(equilibrium.balance(a, b) for a in members[0] for b in members[1])
    return _head(sheet, policy, deficits, equilibrium) | {
        "goods_balance_usd_mn": {"of": sheet.parties[0], "with": sheet.parties[1], "value": balance},
        "regions": _regions(equilibrium),
    }


def _text(sheet: TermSheet, policy: str, deficits: str, equilibrium: Equilibrium) -> str:
    record = _record(sheet, policy, deficits, equilibrium)
    own = [region for party in sheet.parties for region in sheet.members(party, equilibrium.world)]
    rows = sorted(record["regions"], key=lambda row: (row["region"] not in own, -abs(row["real_income_percent"])))
    body = [
        [
            row["name"],
            _number(row["real_income_percent"], "+.2f"),
            _number(row["consumer_prices_percent"], "+.2f"),
            _number(row["equivalent_variation_usd_mn"] / 1e3, "+.1f"),
            _number(row["tariff_revenue_usd_mn"] / 1e3, ".1f"),
        ]
        for row in rows
    ]
    header = ["", "real income %", "consumer prices %", "gain, bn USD a year", "duties, bn USD"]
    balance = record["goods_balance_usd_mn"]
    title = (
        f"{sheet.name}, policy {policy}: long run, {deficits} trade balances, {equilibrium.world.name}\n"
        f"Changes on the benchmark before any measure; consumer prices against the home wage; duties are a level.\n"
    )
    value = _number(balance["value"] / 1e3, "+.1f")
    tail = f"\nGoods balance of {balance['of']} with {balance['with']}: {value} bn USD a year."
    return title + "\n" + text_table(header, body) + "\n" + tail


def _number(value: float, form: str) -> str:
    """Write a number; one that rounds to zero has no sign."""
    text = format(value, form)
    return text.lstrip("+-") if float(text) == 0.0 else text
