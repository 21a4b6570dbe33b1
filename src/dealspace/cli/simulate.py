"""`dealspace simulate`: the effects of one policy of a sheet."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dealspace.cli.output import Progress, print_json, progress, text_table
from dealspace.errors import DealspaceError, unknown_name

if TYPE_CHECKING:
    from dealspace.outcomes.equilibrium import Equilibrium
    from dealspace.termsheet import TermSheet

NOT_CONVERGED = 3


class Preset(StrEnum):
    """The horizons; see `dealspace.outcomes.horizon`."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


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
    horizon: Annotated[
        Preset | None,
        typer.Option("--horizon", help="How far labour, capital and trade have adjusted; long by default."),
    ] = None,
    years: Annotated[
        str | None, typer.Option("--years", metavar="YEARS", help="Solve each of these years, as 2025-2033.")
    ] = None,
    against: Annotated[
        str | None, typer.Option("--against", metavar="NAME", help="With --years: the policy to compare with.")
    ] = None,
    discount: Annotated[
        str, typer.Option("--discount", metavar="RATE", help="With --years: the discount rate a year.")
    ] = "3%",
    law: Annotated[
        list[str] | None,
        typer.Option("--law", metavar="NAME", help="With --years: a law pack, in force in every year."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print every region as JSON.")] = False,
) -> None:
    """Compute the effects of one policy, each region against the benchmark before any measure.

    With --years it solves one equilibrium a year, with the acts in force and the staged rates of that year, and adds
    the present value of the gains.

    \b
    Examples:
      dealspace simulate us-japan-2025 --policy no-deal
      dealspace simulate us-japan-2025 --policy status-quo --deficits balanced --json
      dealspace simulate us-japan-2025 --policy status-quo --against before --years 2025-2033 --law us-japan-2019

    Exits with 3, a reason and no numbers when the equilibrium has no solution.
    """  # noqa: D301 (typer reads the backspace; a raw string would show it)
    from dealspace.termsheet import load_sheet

    found = load_sheet(sheet)
    if policy not in found.policies and policy not in found.offers:
        raise unknown_name("policy", policy, [*found.policies, *found.offers])
    preset = None if horizon is None else horizon.value
    if years is not None:
        _say_years(found, policy, years, against, discount, law or [], json, deficits=deficits.value, horizon=preset)
        return
    _refuse_idle({"--against": against, "--law": law})
    with progress() as report:
        equilibrium = _solve(found, policy, deficits.value, preset, report)
    if not equilibrium.converged:
        _say_unsolved(found, policy, deficits.value, equilibrium, json)
        raise typer.Exit(NOT_CONVERGED)
    if json:
        print_json(_record(found, policy, deficits.value, equilibrium))
    else:
        typer.echo(_text(found, policy, deficits.value, equilibrium))


def _refuse_idle(options: dict[str, object]) -> None:
    for option, given in options.items():
        if given:
            raise DealspaceError(f"{option} has no effect without --years; add --years 2025-2033, say, or leave it out")


def _say_years(
    sheet: TermSheet,
    policy: str,
    years: str,
    against: str | None,
    discount: str,
    law: list[str],
    json: bool,
    **closure: str | None,
) -> None:
    from dealspace.cli.simulate_years import read_discount, read_years, record, solve_years, text

    listed, rate = read_years(years), read_discount(discount)
    with progress() as report:
        path = solve_years(sheet, policy, listed, rate, against, law, report, **closure)
    if json:
        print_json(record(sheet, path))
    if not path.converged:
        typer.echo(f"{sheet.name}, policy {policy}: no solution; {path.reason}", err=True)
        raise typer.Exit(NOT_CONVERGED)
    if not json:
        typer.echo(text(sheet, path))


def _solve(sheet: TermSheet, policy: str, deficits: str, horizon: str | None, report: Progress) -> Equilibrium:
    report("loading the engine", 0.0)
    import dealspace as ds
    from dealspace.instruments.compile import compile_policy
    from dealspace.termsheet.loading import world_of

    world = world_of(sheet)
    report(f"solving {policy}", 0.5)
    return ds.solve(world, compile_policy(sheet, world, policy), deficits=deficits, horizon=horizon)


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
        "closure": {
            "deficits": deficits,
            "labour": type(equilibrium.closure.labour).__name__.lower(),
            "horizon": equilibrium.horizon.name if equilibrium.horizon is not None else None,
        },
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
    run = equilibrium.horizon.name if equilibrium.horizon is not None else "long"
    title = (
        f"{sheet.name}, policy {policy}: {run} run, {deficits} trade balances, {equilibrium.world.name}\n"
        f"Changes on the benchmark before any measure; consumer prices against the home wage; duties are a level.\n"
    )
    value = _number(balance["value"] / 1e3, "+.1f")
    tail = f"\nGoods balance of {balance['of']} with {balance['with']}: {value} bn USD a year."
    return title + "\n" + text_table(header, body) + "\n" + tail


def _number(value: float, form: str) -> str:
    """Write a number; one that rounds to zero has no sign."""
    text = format(value, form)
    return text.lstrip("+-") if float(text) == 0.0 else text
