"""Turn what pydantic finds into whole sentences with file, line, path and cure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from dealspace.errors import Fault, near_matches
from dealspace.termsheet.acts import ACTS, ISSUES
from dealspace.termsheet.duties import SpecificDuty, StagedPrice, Staging
from dealspace.termsheet.parts import Background, Chance, CodeList, Deadline, Fact, NoDeal, Offer
from dealspace.termsheet.preferences import PRESETS, Custom, Mercantilist, Political, WeightDoubt, Welfare
from dealspace.termsheet.quantities import counted, shown
from dealspace.termsheet.reading import Document, Place
from dealspace.termsheet.sheet import TermSheet
from dealspace.termsheet.units import MONEY, WEIGHTS, no_unit

#: Model of each entry of a section, by the tag of its discriminator where there are several.
_ENTRIES: dict[str, dict[str, type[BaseModel]]] = {
    "measures": dict(ACTS),
    "issues": dict(ISSUES),
    "preferences": {
        "welfare": Welfare,
        "political": Political,
        "mercantilist": Mercantilist,
        "custom": Custom,
    },
    "offers": {"": Offer},
    "uncertainty": {"": WeightDoubt},
    "facts": {"": Fact},
    "lists": {"": CodeList},
}
_PARTS: dict[str, type[BaseModel]] = {"no_deal": NoDeal, "background": Background, "deadline": Deadline}
_TAGS = {*ACTS, *ISSUES, *PRESETS}
#: Keys of the language that this version does not compute, refused with a word about it.
_LATER_KEYS = {"ratifiers", "retaliation"}
#: Keys that belong elsewhere: the section they stand in, and what to do.
_MISPLACED = {
    "staging": ("issues", "an issue settles one value, so 'staging' has no effect on it; write the steps as a measure"),
    "year_starts": ("measures", "'year_starts' belongs to a schedule; write it inside staging: or beside rates:"),
}
#: Kinds that belong to the other section, with what is written there instead.
_OTHER_SECTION = {
    ("issues", "quota"): "write quota-volume, quota-share or markup, and name the quota",
    ("issues", "safeguard"): "write the safeguard under measures",
    ("issues", "gate-price"): "write a tariff issue, with lifts: the gate price",
    ("measures", "quota-share"): "write the shares of a quota, as in shares: {USA: 346 kt}",
    ("measures", "quota-volume"): "write a quota with volume:",
    ("measures", "markup"): "write a quota with markup:",
}


def faults_of(error: ValidationError, document: Document) -> list[tuple[Fault, Place]]:
    """Return one fault for each error of a validation, with the full path of what is wrong or missing."""
    found = [_fault(dict(item), document) for item in error.errors(include_url=False)]
    return list({(fault.path, fault.message): (fault, place) for fault, place in found}.values())


def _fault(item: dict[str, Any], document: Document) -> tuple[Fault, Place]:
    place = _place(item["loc"], document.data)
    kind = item["type"]
    if kind == "missing":
        model = _model_at(place[:-1], document.data)
        message = f"the required key {place[-1]!r} is missing; write {_example(place[-1], model)}"
        return Fault(message, ".".join(place[:-1]), document.file, document.line(place[:-1]) or 1), place
    if kind == "extra_forbidden":
        message = _unknown_key(place, document.data)
        return Fault(message, ".".join(place), document.file, document.line(place)), place
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _tag_fault(place, item, document), place
    message = _in_unit_of_issue(place, document.data, _sentence(kind, item))
    head, _, tail = message.partition(": ")
    if kind == "value_error" and head in _keys_at(place, document.data):
        place, message = (*place, head), tail  # a rule over several keys blames one of them
    path = place[:-1] if len(place) > 1 and place[-2] in ("range", "levels") else place
    return Fault(message, ".".join(path), document.file, document.line(place)), place


def _in_unit_of_issue(place: Place, data: Any, message: str) -> str:
    """Where an offer's value has no unit, name that of its issue instead of guessing per cent."""
    head, found, _ = message.partition(" has no unit; write ")
    if not found or place[0] != "offers" or len(place) != 3:
        return message
    issue = ISSUES.get(str(_keys_at(("issues", place[2]), data).get("kind")))
    if issue is None or issue.UNIT == "%":
        return message
    if issue.UNIT == "pp":
        return f"{head}{found}{head} pp"
    return no_unit(head, WEIGHTS, "770 kt") if issue.UNIT == "kt" else no_unit(head, MONEY, "550 bn USD")


def _place(loc: tuple[int | str, ...], data: Any) -> Place:
    """Strip from pydantic's location what is not in the file: tags of unions and marks of keys."""
    place: list[str] = []
    here = data
    for position, step in enumerate(loc):
        text = str(step)
        last = position == len(loc) - 1
        if isinstance(here, Mapping):
            if text in here:
                here = here[text]
            elif text == "[key]" or not (last and not _is_label(text)):
                continue
            else:
                here = None
        elif isinstance(here, list | tuple) and text.isdigit() and int(text) < len(here):
            here = here[int(text)]
        else:
            continue
        place.append(text)
    return tuple(place)


def _is_label(text: str) -> bool:
    """Whether a step of a location is pydantic's label for a branch of a union, not a key."""
    return text in _TAGS or "[" in text or text in ("Source", "str", "tuple", "none")


def _keys_at(place: Place, data: Any) -> Mapping[str, Any]:
    here = data
    for step in place:
        if isinstance(here, Mapping):
            here = here.get(step)
        elif isinstance(here, list | tuple):
            here = here[int(step)]
    return here if isinstance(here, Mapping) else {}


def _model_at(place: Place, data: Any) -> type[BaseModel] | None:
    """Return the model that reads the mapping at `place`."""
    if not place:
        return TermSheet
    if len(place) == 1:
        return _PARTS.get(place[0])
    if place[-1] in ("probability", "survives"):
        return Chance
    if len(place) > 2 and place[0] in ("measures", "issues"):
        return _nested_model(place[-1], _keys_at(place, data))
    models = _ENTRIES.get(place[0]) if len(place) == 2 else None
    if models is None:
        return None
    entry = _keys_at(place, data)
    return models.get(str(entry.get("kind", entry.get("preset", ""))))


def _nested_model(key: str, value: Mapping[str, Any]) -> type[BaseModel] | None:
    """Return the model that reads a duty or price written as a mapping."""
    if key in ("specific", "cap"):
        return StagedPrice
    if key not in ("staging", "rate", "in_rate", "out_rate", "markup", "base_rate", "above"):
        return None
    return SpecificDuty if key != "staging" and {"specific", "price"} & set(value) else Staging


def _keys(model: type[BaseModel] | None) -> list[str]:
    if model is None:
        return []
    out = {"name", "terms", *getattr(model, "REFUSED", ())} - ({"name"} if model is TermSheet else set())
    keys = [(name, field.alias or name) for name, field in model.model_fields.items()]
    return [alias for name, alias in keys if name not in out and alias not in out]


def _unknown_key(place: Place, data: Any) -> str:
    key, model = place[-1], _model_at(place[:-1], data)
    if key in _LATER_KEYS:
        return f"the key {key!r} is not supported in this version and would have no effect; delete it"
    if key in _MISPLACED and place[0] == _MISPLACED[key][0] and len(place) == 3:
        return _MISPLACED[key][1]
    known = _keys(model)
    hint = f"; {near_matches(key, known)}" if known else "; delete it"
    entry = _keys_at(place[:-1], data)
    kind = entry.get("kind") or entry.get("preset")
    return f"the key {key!r} is not known{f' for {kind}' if kind else ' here'}{hint}"


def _tag_fault(place: Place, item: dict[str, Any], document: Document) -> Fault:
    """Say which kinds or presets are supported when none, or another, is given."""
    key = "preset" if place[0] == "preferences" else "kind"
    known = PRESETS if key == "preset" else tuple(_ENTRIES[place[0]])
    choice = ", ".join(known)
    given = item.get("ctx", {}).get("tag")
    if given is None or key not in _keys_at(place, document.data):
        message = f"the required key {key!r} is missing; write {key}: followed by one of {choice}"
        return Fault(message, ".".join(place), document.file, document.line(place))
    place = (*place, key)
    if (place[0], given) in _OTHER_SECTION:
        noun = {"issues": "issue", "measures": "measure"}[place[0]]
        message = f"{given} is no kind of {noun}; {_OTHER_SECTION[place[0], given]}"
    else:
        message = f"{shown(given)!r} is not a {key}; {near_matches(given, known)} Supported: {choice}."
    return Fault(message, ".".join(place), document.file, document.line(place))


_EXAMPLES = {
    "schema": "schema: dealspace/1",
    "name": "name: us-korea, say",
    "as_of": "as_of: 2025-07-20, say",
    "world": "world: world-2022",
    "parties": "parties: [USA, KOR], say",
    "policies": "policies: with before, status-quo and no-deal",
    "issues": "issues: with at least one",
    "no_deal": "no_deal: {probability: 60%}, say",
    "probability": "probability: 60%, say",
    "by": "by: the region that acts, as in by: USA",
    "on": "on: the regions it is aimed at, as in on: JPN",
    "products": "products: all-goods, C29, hs:8703 or list:NAME",
    "rate": "rate: 25%, say",
    "range": "range: a low and a high end, as in [0%, 25%]",
    "stacking": "stacking: add, inclusive, replace or cut",
    "sense": "sense: reduction",
    "base": "base: the barrier's ad valorem equivalent, as in base: 15%",
    "reduction": "reduction: 5 pp, say",
    "pays": "pays: production or exports",
    "volume": "volume: what may come in at in_rate, as in 770 kt",
    "imports": "imports: what came in in the base year, as in 767 kt or {USA: 346 kt, THA: 286 kt}",
    "in_rate": "in_rate: the duty within the quota, as in 0%",
    "out_rate": "out_rate: the duty over the quota, as in 38.5%, {specific: .., price: ..} or closed",
    "trigger": "trigger: 242 kt, say",
    "base_rate": "base_rate: the duty up to the trigger, as in 21.6%",
    "gate": "gate: 524 yen/kg, say",
    "price": "price: the border price, as in 148 yen/kg",
    "cap": "cap: the largest duty by weight, as in 125 yen/kg",
    "specific": "specific: 341 yen/kg, say",
    "amount": "amount: 550 bn USD, say",
    "years": "years: 5, say",
    "grant_equivalent": "grant_equivalent: the share that is a gift, as in 2% or [0%, 2%, 5%]",
    "quota": "quota: the name of a quota under measures",
    "rates": "rates: a rate for each year, as in {2025: 10%}",
    "date": "date: 2025-08-01, say",
    "source": "source: where it comes from",
    "statement": "statement: what the figure says",
    "value": "value: a number with its unit, as in 68.5 bn USD",
    "codes": "codes: [8703.23, 8704], say",
    "title": "title: what it is called",
    "sectors": "sectors: with a weight for each, as in {C29: 0.5}",
    "weights": "weights: with a number for each outcome, as in {ev: 1, balance: 0.1}",
    "distribution": "distribution: lognormal or uniform",
    "spread": "spread: 0.5, say",
}


def _example(key: str, model: type[BaseModel] | None) -> str:
    return _EXAMPLES.get(key, f"{key}:")


def _sentence(kind: str, item: dict[str, Any]) -> str:
    """Write the sentence for an error that is not about a key."""
    value, context = item.get("input"), item.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        options = [option.strip("'") for option in str(context["expected"]).replace(" or ", ", ").split(", ")]
        near = near_matches(value, options)
        near = "" if near.startswith("known") else f"{near} "
        return f"{shown(value)!r} is not possible here; {near}write {' or '.join(options)}"
    if kind in ("dict_type", "model_type", "mapping_type", "model_attributes_type", "dataclass_type"):
        return f"{_what(value)} stands where a mapping belongs; write it as {{key: value}}"
    if kind in ("tuple_type", "list_type"):
        return f"{_what(value)} stands where a list belongs; write it in brackets, as in [a, b]"
    if kind in ("too_short", "too_long"):
        return _wrong_length(kind, context)
    if kind == "missing_keyword_only_argument":
        return "a value is missing"
    if kind.startswith("bool"):
        return f"{shown(value)!r} is not true or false; write true, or delete the key"
    if kind.startswith("int"):
        return f"{shown(value)!r} is not a whole number; write one such as 500"
    bounds = {"greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most")}
    if kind in bounds:
        name, words = bounds[kind]
        return f"{shown(value)} is out of bounds; write {words} {context[name]}"
    return f"{_what(value)} cannot be read here; {item.get('msg', 'see the reference')}"


def _wrong_length(kind: str, context: dict[str, Any]) -> str:
    actual = context.get("actual_length", 0)
    if context.get("field_type") == "Dictionary":
        return "is empty; write at least one entry"
    if kind == "too_short":
        return f"has {counted(actual, 'item')}, but needs {context['min_length']}; add what is missing"
    return f"has {counted(actual, 'item')}, but takes {context['max_length']}; delete what is too many"


def _what(value: object) -> str:
    names = {dict: "a mapping", list: "a list", tuple: "a list", type(None): "nothing"}
    return names.get(type(value), f"{shown(value)!r}")
