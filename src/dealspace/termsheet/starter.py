"""A sheet to start from, for any two parties."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from dealspace.errors import Fault, SheetError, UnknownNameError, near_matches
from dealspace.termsheet.base import Name
from dealspace.termsheet.loading import parse_sheet

if TYPE_CHECKING:
    from dealspace.world.economy import Economy

_TEMPLATE = """\
# A term sheet to start from. Replace what is marked "example", then run: dealspace check {name}.yaml
schema: dealspace/1
name: {name}
title: {first} - {second}
as_of: {day}                # nothing dated later may be an input
world: {world}
parties: [{first}, {second}]

measures:                        # acts in force or threatened; a rate needs its unit
  {a}-surcharge:                 # example: in force
    kind: tariff
    by: {first}
    on: {second}
    products: all-goods          # or a sector, hs:8703, list:NAME, or [several]
    rate: 10%
    stacking: add                # add | inclusive | replace | cut
    from: {past}
    source: example, replace it
  {a}-threat:                    # example: threatened
    kind: tariff
    by: {first}
    on: {second}
    products: all-goods
    rate: 25%
    stacking: add
    replaces: {a}-surcharge
    from: {deadline}
    announced: {past}
    source: example, replace it

policies:                        # these three are needed; more may follow
  before: []                     # the benchmark's own tariffs
  status-quo: [{a}-surcharge]
  no-deal: [{a}-threat]           # what it has and status-quo has not is the threat

issues:                          # the axes of a deal, each with its range
  {a}-rate:
    kind: tariff
    by: {first}
    on: {second}
    products: all-goods
    range: [0%, 25%]
    stacking: inclusive          # the larger of the normal duty and the agreed rate
    lifts: {a}-surcharge
    words: {first}'s general rate
  {b}-cut:
    kind: tariff
    by: {second}
    on: {first}
    products: all-goods
    range: [0%, 100%]
    stacking: cut                # share of the duty in force that goes
    words: {second}'s tariff cut
  {b}-barriers:
    kind: ntb
    by: {second}
    on: {first}
    products: {sector}
    range: [0 pp, 5 pp]
    sense: reduction
    base: 10%                    # example: ad valorem equivalent of the barrier today
    words: {second}'s barriers in {sector}
    source: example, replace it

offers:
  opening: {{by: {first}, date: {day}, {a}-rate: 15%, {b}-cut: 50%, {b}-barriers: 2 pp}}

preferences:                     # USD of own real income per USD of the thing
  {first}: {{preset: mercantilist, balance: 0.1}}
  {second}: welfare
uncertainty:                     # how unsure the other side is of these weights
  {first}: {{distribution: lognormal, spread: 0.5, draws: 500, seed: 1}}

no_deal:
  probability: [40%, 80%]        # that the threat is carried out; otherwise the status quo holds
  source: example, replace it
background: in-force
deadline: {{date: {deadline}}}
"""


def new_sheet(
    name: str, parties: tuple[str, str], world: Economy, *, as_of: date | None = None, world_file: str | None = None
) -> str:
    """Return a commented, valid term sheet for two parties as YAML text.

    Parameters
    ----------
    name : str
        Name of the sheet: letters, digits and hyphens.
    parties : (str, str)
        Two regions or groups of `world`; the first is the one that threatens.
    world : Economy
    as_of : datetime.date, optional
        The day the sheet stands on, today by default.
    world_file : str, optional
        What the sheet writes as its world instead of the economy's name: the path of an `.npz` file, as it is
        to be found from the sheet's folder.

    Raises
    ------
    UnknownNameError
        For a party that the world does not have; near matches are offered.
    SheetError
        When the name cannot be one, or the parties are the same or overlap; the fault's path is ``name`` or
        ``parties``.
    """
    check_name(name)
    check_parties(parties, world)
    day = as_of or date.today()
    slugs = [party.lower().replace("_", "-") for party in parties]
    text = _TEMPLATE.format(
        name=name,
        first=parties[0],
        second=parties[1],
        a=slugs[0],
        b=slugs[1],
        world=world.name if world_file is None else _quoted(world_file),
        sector="C29" if "C29" in world.goods else world.goods[0],
        day=day,
        past=day - timedelta(days=30),
        deadline=day + timedelta(days=30),
    )
    parse_sheet(text, file=f"{name}.yaml", world=world)
    return text


def check_name(name: str) -> None:
    """Refuse what cannot be the name of a sheet: SheetError at the path ``name``."""
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        message = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise SheetError(Fault(message, "name")) from None


def check_parties(parties: tuple[str, ...], world: Economy) -> None:
    """Refuse what cannot be the two parties of a sheet: SheetError or UnknownNameError at the path ``parties``."""
    if len(parties) != 2:
        raise SheetError(Fault(f"a sheet has two parties, not {len(parties)}; write two, as in USA,KOR", "parties"))
    first, second = parties
    if first == second:
        raise SheetError(Fault(f"both parties are {first}; name two different ones", "parties"))
    groups = world.groups or {}
    known = [*world.regions, *groups]
    for party in parties:
        if party == "world":
            message = "'world' cannot be a party; write a region or group, such as USA or EU"
            raise SheetError(Fault(message, "parties"))
        if party not in known:
            message = f"unknown region or group {party!r}; {near_matches(party, known)}"
            raise UnknownNameError(Fault(message, "parties"))
    shared = sorted(set(groups.get(first, (first,))) & set(groups.get(second, (second,))))
    if shared:
        message = f"{first} and {second} share {', '.join(shared)}; a region sits on one side of the table"
        raise SheetError(Fault(message, "parties"))


def _quoted(path: str) -> str:
    """Write a path as a YAML text of one line."""
    return path if re.fullmatch(r"[A-Za-z0-9_./-]+", path) else "'" + path.replace("'", "''") + "'"


def write_new_sheet(name: str, parties: tuple[str, str], world: Economy, folder: str | os.PathLike[str] = ".") -> Path:
    """Write `new_sheet` to ``NAME.yaml`` in a folder and return the path; nothing is overwritten.

    Raises
    ------
    SheetError
        When the file exists or cannot be written, and as for `new_sheet`.
    """
    text = new_sheet(name, parties, world)
    path = Path(folder) / f"{name}.yaml"
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        fault = Fault("the file exists and is not overwritten; choose another name or delete it", file=str(path))
        raise SheetError(fault) from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise SheetError(Fault(f"it cannot be written ({reason}); choose another folder", file=str(path))) from None
    return path
