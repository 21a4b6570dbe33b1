"""The term sheet: one negotiation as data."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr

from dealspace.errors import Fault, SheetError, unknown_name
from dealspace.termsheet.acts import Act, AnyAct, AnyIssue, Issue
from dealspace.termsheet.base import (
    Name,
    Names,
    OrWritten,
    Part,
    RegionName,
    RegionNames,
    Source,
    Text,
    Texts,
)
from dealspace.termsheet.parts import (
    AnyBackground,
    AnyCodeList,
    Background,
    Deadline,
    Fact,
    NoDeal,
    Offer,
)
from dealspace.termsheet.preferences import AnyPreference, Preference, WeightDoubt, Welfare
from dealspace.termsheet.quantities import Day, parse_date

if TYPE_CHECKING:
    from dealspace.instruments.policy import Policy
    from dealspace.world.economy import Economy

SCHEMA = "dealspace/1"
REQUIRED_POLICIES = ("before", "status-quo", "no-deal")


def _named(entries: dict[str, Any]) -> dict[str, Any]:
    """Give each act or issue the name of its key."""
    for key, entry in entries.items():
        if entry.name not in ("", key):
            raise ValueError(f"{key} calls itself {entry.name!r}; the key is the name, so delete 'name'")
    return {key: e if e.name else e.model_copy(update={"name": key}) for key, e in entries.items()}


def _day(value: date | str) -> date:
    """Read a day given in Python; raises SheetError with the path ``on``."""
    try:
        return parse_date(value)
    except ValueError as error:
        raise SheetError(Fault(str(error), "on")) from None


def _preset_alone(value: object) -> object:
    """Let a lone preset name stand for a preference without numbers."""
    return {"preset": value} if isinstance(value, str) else value


_Weighing = Annotated[AnyPreference, BeforeValidator(_preset_alone), OrWritten(({"const": "welfare"},))]


def _known_schema(value: object) -> object:
    if value != SCHEMA:
        raise ValueError(f"{value!r} is not a schema this version reads; write schema: {SCHEMA}")
    return value


class TermSheet(Part):
    """One negotiation: parties, measures in force or threatened, the axes of a deal, what each side weighs.

    Read one with `load_sheet`; write it with `to_yaml`. Frozen; equal when all its terms are.

    Attributes
    ----------
    name, title : str
    as_of : datetime.date
        The day the sheet stands on; nothing later may be an input.
    world : str
        The benchmark economy it is about.
    parties : (str, str)
        Two regions or groups.
    groups : dict of str to tuple of str
        Groups of regions of this sheet, besides those of the world.
    lists : dict of str to CodeList
        Named HS lists of this sheet, besides the built-in ones.
    include : tuple of str
        Built-in law in force (`dealspace.termsheet.law`); its measures stand in `measures` and in every policy.
    measures : dict of str to Act
    policies : dict of str to tuple of str
        Measures of each policy; ``before``, ``status-quo`` and ``no-deal`` are always there.
    issues : dict of str to Issue
    offers : dict of str to Offer
    preferences : dict of str to Preference
        By party; `preference` gives ``welfare`` for a party that is not named.
    uncertainty : dict of str to WeightDoubt
        By party: how unsure others are of its weights.
    no_deal : NoDeal
    background : Background
    deadline : Deadline or None
    facts, sources : dict
        Sourced figures to show, and sources that may be named.
    notes : tuple of str
    """

    schema_: Annotated[Literal["dealspace/1"], BeforeValidator(_known_schema), Field(alias="schema")] = SCHEMA
    name: Name
    title: Text = ""
    as_of: Day
    world: Text
    parties: Annotated[tuple[RegionName, ...], Field(min_length=2, max_length=2)]
    groups: dict[RegionName, RegionNames] = Field(default_factory=dict)
    lists: dict[Name, AnyCodeList] = Field(default_factory=dict)
    include: Names = ()
    measures: Annotated[dict[Name, AnyAct], AfterValidator(_named)] = Field(default_factory=dict)
    policies: dict[Name, Names]
    issues: Annotated[dict[Name, AnyIssue], AfterValidator(_named), Field(min_length=1)]
    offers: dict[Name, Offer] = Field(default_factory=dict)
    preferences: dict[RegionName, _Weighing] = Field(default_factory=dict)
    uncertainty: dict[RegionName, WeightDoubt] = Field(default_factory=dict)
    no_deal: NoDeal
    background: AnyBackground = Background()
    deadline: Deadline | None = None
    facts: dict[Name, Fact] = Field(default_factory=dict)
    sources: dict[Name, Source] = Field(default_factory=dict)
    notes: Texts = ()

    _source_file: str | None = PrivateAttr(default=None)
    _lines: dict[tuple[str, ...], int] = PrivateAttr(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        """Compare the terms; where a sheet was read from does not count."""
        return isinstance(other, TermSheet) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def source_file(self) -> str | None:
        """The file the sheet was read from, None when it was not."""
        return self._source_file

    @property
    def lines(self) -> dict[tuple[str, ...], int]:
        """Line of each path of the file: ``("issues", "us-auto-rate", "range")`` gives 14."""
        return self._lines

    @property
    def digest(self) -> str:
        """Hash of all terms (SHA-256, hexadecimal); the same for equal sheets."""
        return hashlib.sha256(self.to_yaml().encode()).hexdigest()

    @property
    def threat(self) -> tuple[str, ...]:
        """Measures that ``no-deal`` has and ``status-quo`` has not."""
        return tuple(name for name in self.policies["no-deal"] if name not in self.policies["status-quo"])

    def preference(self, party: str) -> Preference:
        """Return what a party weighs: equivalent variation alone when the sheet does not say."""
        return self.preferences.get(party) or Welfare(preset="welfare")

    def other(self, party: str) -> str:
        """Return the party across the table."""
        if party not in self.parties:
            raise unknown_name("party", party, self.parties)
        return self.parties[1] if party == self.parties[0] else self.parties[0]

    def acts(self, policy: str, background: str | None = None, on: date | None = None) -> tuple[Act, ...]:
        """Return the acts of a policy, with those that the reading of the background adds.

        Parameters
        ----------
        policy : str
        background : {"in-force", "letters-applied"} or None
            None takes the sheet's default.
        on : datetime.date or None
            Only the acts in force on that day; None takes all, whatever their dates.

        Raises
        ------
        UnknownNameError
            For a policy that is not in the sheet.
        """
        if policy not in self.policies:
            raise unknown_name("policy", policy, self.policies)
        names = self.policies[policy]
        if policy != "before":
            names += tuple(name for name in self.background.added(background) if name not in names)
        acts = (self.measures[name] for name in names)
        return tuple(act for act in acts if on is None or act.in_force(on))

    def day_of(self, act: Act, on: date | None = None) -> date:
        """Return the day whose staged rates an act takes: `on`, or ``as_of``, but within the act's own dates.

        A threatened act takes the rate of its first day, one that is over that of its last.
        """
        if on is not None:
            return on
        day = max(self.as_of, act.from_) if act.from_ else self.as_of
        return min(day, act.until) if act.until else day

    def deal_acts(self, background: str | None = None) -> tuple[Act, ...]:
        """Return the acts that stay in force under any deal: the status quo less what the issues lift."""
        lifted = {name for issue in self.issues.values() for name in issue.lifts}
        return tuple(act for act in self.acts("status-quo", background) if act.name not in lifted)

    def members(self, names: str | tuple[str, ...], world: Economy) -> tuple[str, ...]:
        """Expand regions, groups (of the sheet, then of `world`) and ``world`` into regions, each once."""
        found: dict[str, None] = {}
        groups = world.groups or {}
        for name in (names,) if isinstance(names, str) else names:
            if name in self.groups:
                found |= dict.fromkeys(self.members(self.groups[name], world))
            elif name == "world":
                found |= dict.fromkeys(world.regions)
            elif name in world.regions:
                found[name] = None
            elif name in groups:
                found |= dict.fromkeys(groups[name])
            else:
                raise unknown_name("region or group", name, [*world.regions, *self.groups, *groups])
        return tuple(found)

    def partners(self, act: Act | Issue, world: Economy) -> tuple[str, ...]:
        """Return the regions an act or issue is on: its `on` less `except_on` and less those who act.

        What is given to all (``mfn: true``) is on every region but those two.
        """
        out = {*self.members(act.by, world), *self.members(act.except_on, world)}
        on = ("world",) if getattr(act, "mfn", False) else act.on
        return tuple(name for name in self.members(on, world) if name not in out)

    def codes(self, name: str) -> tuple[str, ...]:
        """Return the HS codes of a named list, of the sheet or built in, as digits."""
        from dealspace.instruments.lists import load_lists

        if name in self.lists:
            return self.lists[name].codes
        built_in = load_lists()
        if name in built_in:
            return built_in[name].codes
        raise unknown_name("list", name, [*self.lists, *built_in])

    def policy(self, name: str, world: Economy | None = None, *, on: date | str | None = None) -> Policy:
        """Return a policy of the sheet, or one of its offers, as wedges against the baseline of its world.

        Parameters
        ----------
        name : str
            Of a policy, or of an offer: the deal in which only the issues that the offer names are settled.
        world : Economy, optional
            The economy that the sheet names, by default.
        on : datetime.date or str, optional
            A day (``2026-04-01``): the acts of the policy that are in force then, with their staged rates of then.
            By default all acts of the policy, with staged rates as in `day_of`.

        Raises
        ------
        UnknownNameError
            For a name that is neither a policy nor an offer of the sheet.
        SheetError
            When `on` is not a day.
        """
        if name not in self.policies and name not in self.offers:
            raise unknown_name("policy", name, [*self.policies, *self.offers])
        day = None if on is None else _day(on)
        from dealspace.instruments.compile import compile_policy

        if world is None:
            from dealspace.termsheet.loading import world_of

            world = world_of(self)
        return compile_policy(self, world, name, on=day)

    def to_yaml(self) -> str:
        """Write the sheet as YAML; reading the text gives an equal sheet."""
        from dealspace.termsheet.writing import write_sheet

        return write_sheet(self)
