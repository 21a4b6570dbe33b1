"""Rules that join parts of a sheet: one small function a rule, naming the offender and the cure.

Each rule takes a `Context` and yields faults. What could not be read is passed over, so that one mistake is
told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dealspace.errors import DealspaceError, Fault, near_matches
from dealspace.termsheet.draft import Draft
from dealspace.termsheet.products import ProductSelector, parse_term
from dealspace.termsheet.reading import Place
from dealspace.termsheet.sheet import REQUIRED_POLICIES

if TYPE_CHECKING:
    from dealspace.termsheet.acts import Act, Issue
    from dealspace.world.economy import Economy

#: Keys of an offer that are not issues.
OFFER_KEYS = ("by", "date", "hindsight", "source", "note", "terms")


@dataclass(frozen=True)
class Context:
    """What the rules look things up in.

    Attributes
    ----------
    draft : Draft
    world : Economy or None
        None when the sheet's world could not be had; rules about its names are then passed over.
    """

    draft: Draft
    world: Economy | None

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """Built-in lists of HS codes; read when a sheet first uses one."""
        from dealspace.instruments.lists import load_lists

        return tuple(load_lists())

    @property
    def sheet(self) -> Any:
        """The sheet as far as it could be read."""
        return self.draft.sheet

    def fault(self, place: Place, message: str) -> Fault:
        """Return a fault at a path of the file."""
        document = self.draft.document
        return Fault(message, ".".join(place), document.file, document.line(place))

    @cached_property
    def seated(self) -> bool:
        """Whether the parties are two known ones, so that others can be told from them."""
        first, second = self.sheet.parties
        if self.draft.lost("parties") or first == second:
            return False
        if self.world is None:
            return True
        sides = [self.members(party) for party in (first, second)]
        return None not in sides and not (sides[0] or set()) & (sides[1] or set())

    def region_names(self) -> list[str]:
        """Regions and groups of the world and the sheet, and ``world``."""
        assert self.world is not None
        return [*self.world.regions, *(self.world.groups or {}), *self.sheet.groups, "world"]

    def knows_regions(self, names: Iterable[str]) -> bool:
        """Whether all names can be expanded into regions."""
        return self.world is not None and all(
            name in self.region_names() and name not in self._broken_groups() for name in names
        )

    def _broken_groups(self) -> set[str]:
        assert self.world is not None
        atoms = {*self.world.regions, *(self.world.groups or {})}
        return {name for name, members in self.sheet.groups.items() if not set(members) <= atoms}

    def members(self, names: str | tuple[str, ...]) -> set[str] | None:
        """Regions behind the names, or None when one of them is not known."""
        every = (names,) if isinstance(names, str) else names
        return set(self.sheet.members(every, self.world)) if self.knows_regions(every) else None


def cross_faults(draft: Draft, world: Economy | None = None) -> list[Fault]:
    """Return every fault that joins parts of a sheet, or a part and the world it names."""
    faults: list[Fault] = []
    if world is None and not draft.lost("world"):
        world, faults = _load_world(draft)
    context = Context(draft, world)
    for rule in (*_RULES, *_other_rules()):
        faults += rule(context)
    return faults


def _other_rules() -> tuple[Any, ...]:
    from dealspace.termsheet.checks_deal import RULES as DEAL
    from dealspace.termsheet.checks_kinds import RULES as KINDS

    return (*DEAL, *KINDS)


def _load_world(draft: Draft) -> tuple[Economy | None, list[Fault]]:
    from dealspace.termsheet.loading import world_of

    try:
        return world_of(draft.sheet), []
    except DealspaceError as error:
        document = draft.document
        place = ("world",)
        return None, [Fault(f.message, "world", document.file, document.line(place)) for f in error.faults]


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    return f"unknown {kind} {name!r}; {near_matches(name, known)}"


def _regions(context: Context, place: Place, names: Iterable[str], *, world: bool = True) -> Iterator[Fault]:
    """Fault every name that is no region or group."""
    if context.world is None:
        return
    known = context.region_names()
    for name in names:
        if name in known and (world or name != "world"):
            continue
        if name == "world":
            yield context.fault(place, "'world' cannot stand here; write a region or group, such as USA or EU")
        elif not context.draft.has("groups", name):
            yield context.fault(place, _unknown("region or group", name, known))


def _products(context: Context, place: Place, selector: ProductSelector) -> Iterator[Fault]:
    """Fault every sector and list that is not known."""
    for name in selector.sectors:
        if context.world is not None and name not in context.world.sectors:
            known = ["all-goods", "all-services", *context.world.sectors]
            yield context.fault(place, _unknown("sector", name, known))
    for name in selector.lists:
        if name not in context.lists and not context.draft.has("lists", name):
            yield context.fault(place, _unknown("list", name, [*context.sheet.lists, *context.lists]))


def _carve_outs(context: Context, place: Place, entry: Act | Issue) -> Iterator[Fault]:
    """Fault every exception that is no measure and names no products."""
    for text in entry.except_:
        if text == entry.name and place[0] == "measures":
            yield context.fault(place, "a measure cannot except itself; delete its name")
        elif not context.draft.has("measures", text) or context.draft.lost("measures"):
            yield from _exception(context, place, text)


def _exception(context: Context, place: Place, text: str) -> Iterator[Fault]:
    try:
        selector = ProductSelector((parse_term(text),))
    except ValueError as error:
        yield context.fault(place, str(error))
        return
    sectors = context.world.sectors if context.world is not None else ()
    if selector.sectors and text not in sectors and not context.draft.lost("measures"):
        if context.world is not None:
            yield context.fault(place, _unknown("measure or sector", text, [*context.sheet.measures, *sectors]))
        return
    yield from _products(context, place, selector)


def parties_are_two(context: Context) -> Iterator[Fault]:
    """The parties are known and have no region in common."""
    if context.draft.lost("parties"):
        return
    place, (first, second) = ("parties",), context.sheet.parties
    yield from _regions(context, place, (first, second), world=False)
    if first == second:
        yield context.fault(place, f"both parties are {first}; name two different ones")
        return
    sides = context.members(first), context.members(second)
    if "world" not in (first, second) and sides[0] and sides[1] and sides[0] & sides[1]:
        shared = ", ".join(sorted(sides[0] & sides[1]))
        yield context.fault(place, f"{first} and {second} share {shared}; a region sits on one side of the table")


def groups_hold_regions(context: Context) -> Iterator[Fault]:
    """A group of the sheet holds regions and hides no name."""
    for name, members in context.sheet.groups.items():
        place = ("groups", name)
        if name == "world" or (context.world is not None and name in context.world.regions):
            yield context.fault(place, f"{name!r} is the name of a region; give the group another name")
        nested = [member for member in members if member in context.sheet.groups]
        for member in nested:
            yield context.fault(place, f"the group {member!r} stands inside a group; write its regions out")
        yield from _regions(context, place, [m for m in members if m not in nested], world=False)
        twice = sorted({member for member in members if members.count(member) > 1})
        if twice:
            yield context.fault(place, f"{twice[0]} stands here twice; delete one")


def lists_are_new(context: Context) -> Iterator[Fault]:
    """A list of the sheet does not hide a built-in one."""
    for name in context.sheet.lists:
        if name in context.lists:
            yield context.fault(("lists", name), f"{name!r} is a built-in list; give this one another name")


def entries_are_aimed(context: Context) -> Iterator[Fault]:
    """Measures and issues name known regions and products, and somebody they are on."""
    for section in ("measures", "issues"):
        entries: Mapping[str, Act | Issue] = getattr(context.sheet, section)
        for name, entry in entries.items():
            if context.draft.lost(section):
                continue
            place = (section, name)
            yield from _regions(context, (*place, "by"), (entry.by,), world=False)
            yield from _regions(context, (*place, "on"), entry.on)
            yield from _regions(context, (*place, "except_on"), entry.except_on, world=False)
            yield from _products(context, (*place, "products"), entry.products)
            yield from _carve_outs(context, (*place, "except"), entry)
            yield from _aims_at_somebody(context, place, entry)


def _aims_at_somebody(context: Context, place: Place, entry: Act | Issue) -> Iterator[Fault]:
    if entry.by == "world":
        return
    if entry.by in entry.on:
        yield context.fault((*place, "on"), f"{entry.by} cannot act on itself; delete it from 'on'")
        return
    names = (entry.by, *entry.on, *entry.except_on)
    if context.knows_regions(names) and not context.sheet.partners(entry, context.world):
        yield context.fault((*place, "on"), "nobody is left that it is on; look at 'on' and 'except_on'")


def measure_names_are_free(context: Context) -> Iterator[Fault]:
    """A measure's name means one thing in a list of exceptions, and an issue's name is not a measure's."""
    sectors = context.world.sectors if context.world is not None else ()
    for name in context.sheet.measures:
        if name in sectors or name in ("all-goods", "all-services"):
            yield context.fault(("measures", name), f"{name!r} names products already; give the measure another name")
    for name in context.sheet.issues:
        if name in OFFER_KEYS:
            yield context.fault(("issues", name), f"{name!r} is a key of an offer; give the issue another name")
        elif name in context.sheet.measures:
            yield context.fault(("issues", name), f"{name!r} is the name of a measure too; give the issue another name")


def replaced_measures_exist(context: Context) -> Iterator[Fault]:
    """What a measure replaces exists, and is another one."""
    measures = context.sheet.measures
    for name, act in measures.items():
        place = ("measures", name, "replaces")
        for other in act.replaces:
            if other == name:
                yield context.fault(place, "a measure cannot replace itself; delete its name")
            elif not context.draft.has("measures", other):
                yield context.fault(place, _unknown("measure", other, measures))
            elif other in measures and name in measures[other].replaces and name < other:
                yield context.fault(place, f"{name} and {other} replace each other; keep one of the two")


def policies_are_whole(context: Context) -> Iterator[Fault]:
    """The three policies are there, and hold known measures once each."""
    if context.draft.lost("policies"):
        return
    for name in REQUIRED_POLICIES:
        if not context.draft.has("policies", name):
            yield context.fault(("policies",), f"the policy {name!r} is missing; write {name}: [] or its measures")
    for name, measures in context.sheet.policies.items():
        place = ("policies", name)
        for measure in measures:
            if not context.draft.has("measures", measure):
                yield context.fault(place, _unknown("measure", measure, context.sheet.measures))
        for measure in sorted({m for m in measures if measures.count(m) > 1}):
            yield context.fault(place, f"{measure} stands here twice; delete one")
        yield from _superseded(context, place, measures)
        if name in context.sheet.offers:
            yield context.fault(("offers", name), f"{name!r} is the name of a policy too; give the offer another name")


def _superseded(context: Context, place: Place, names: tuple[str, ...]) -> Iterator[Fault]:
    """Fault a measure that another one of the policy replaces altogether."""
    here = [context.sheet.measures[name] for name in names if name in context.sheet.measures]
    for act in here:
        for other in here:
            if act is not other and other.name in act.replaces and _covers(context, act, other):
                message = f"{act.name} replaces {other.name}, which then has no effect; delete {other.name} here"
                yield context.fault(place, message)


def _covers(context: Context, act: Act, other: Act) -> bool:
    """Whether `act` applies wherever `other` does."""
    same = act.by == other.by and act.products == other.products and act.coverage >= other.coverage
    if not same or not set(act.except_) <= set(other.except_):
        return False
    if (act.on, act.except_on) == (other.on, other.except_on):
        return True
    known = context.knows_regions((act.by, *act.on, *act.except_on, *other.on, *other.except_on))
    partners = context.sheet.partners
    return known and set(partners(other, context.world)) <= set(partners(act, context.world))


_RULES = (
    parties_are_two,
    groups_hold_regions,
    lists_are_new,
    entries_are_aimed,
    measure_names_are_free,
    replaced_measures_exist,
    policies_are_whole,
)
