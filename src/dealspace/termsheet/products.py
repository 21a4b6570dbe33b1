"""Which products an act or an issue is about: all goods, sectors, HS ranges and named lists.

A selector is a union of terms. Harmonised System codes are compared by prefix, so ``hs:8703`` catches the
line 8703.23.01 and, in part, the chapter 87.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from dealspace.termsheet.quantities import shown

TermKind = Literal["all-goods", "all-services", "sector", "hs", "list"]
Overlap = Literal["all", "part", "none"]
WHOLE = ("all-goods", "all-services")
_CODE = re.compile(r"\d{2}(?:\d{2}){0,4}")
_SECTOR = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_LIST = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class ProductTerm:
    """One term of a selector.

    Attributes
    ----------
    kind : {"all-goods", "all-services", "sector", "hs", "list"}
    name : str
        The sector or list; empty otherwise.
    low, high : str
        First and last HS code as digits, of equal length (2, 4, 6, 8 or 10); empty for other kinds.
    """

    kind: TermKind
    name: str = ""
    low: str = ""
    high: str = ""

    def __str__(self) -> str:
        if self.kind == "hs":
            return f"hs:{self.low}" if self.low == self.high else f"hs:{self.low}-{self.high}"
        if self.kind == "list":
            return f"list:{self.name}"
        return self.name or self.kind

    def overlap(self, code: str) -> Overlap:
        """Say whether the HS `code` (digits) lies in this range wholly, in part, or not."""
        if self.kind != "hs":
            return "none"
        digits = len(self.low)
        if len(code) >= digits:
            return "all" if self.low <= code[:digits] <= self.high else "none"
        return "part" if self.low[: len(code)] <= code <= self.high[: len(code)] else "none"


@dataclass(frozen=True)
class ProductSelector:
    """A union of product terms, in the order written."""

    terms: tuple[ProductTerm, ...]

    def __str__(self) -> str:
        return ", ".join(str(term) for term in self.terms)

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sectors named directly."""
        return tuple(term.name for term in self.terms if term.kind == "sector")

    @property
    def lists(self) -> tuple[str, ...]:
        """Named lists used."""
        return tuple(term.name for term in self.terms if term.kind == "list")

    @property
    def codes(self) -> tuple[ProductTerm, ...]:
        """HS ranges named directly."""
        return tuple(term for term in self.terms if term.kind == "hs")


def parse_code(text: str) -> str:
    """Read one HS code, dots allowed: ``8703.23`` gives ``870323``."""
    digits = text.strip().replace(".", "").replace(" ", "")
    if not _CODE.fullmatch(digits):
        raise ValueError(f"{shown(text)!r} is not an HS code; write 2, 4, 6, 8 or 10 digits, as in hs:8703.23")
    return digits


def parse_term(value: object) -> ProductTerm:
    """Read one product term; raises ValueError with the cure."""
    text = value.strip() if isinstance(value, str) else ""
    if text in WHOLE:
        return ProductTerm(kind=text)  # pyright: ignore[reportArgumentType]
    if text.startswith("hs:"):
        low, _, high = text[3:].partition("-")
        first = parse_code(low)
        last = parse_code(high) if high else first
        if len(first) != len(last):
            raise ValueError(f"{text!r} joins codes of different length; write both ends with as many digits")
        if first > last:
            raise ValueError(f"{text!r} runs backwards; write hs:{last}-{first}")
        return ProductTerm("hs", low=first, high=last)
    if text.startswith("list:"):
        if _LIST.fullmatch(text[5:]):
            return ProductTerm("list", name=text[5:])
        raise ValueError(f"{shown(text)!r} names no list; write list:NAME, as in list:s232-autos")
    if _SECTOR.fullmatch(text):
        return ProductTerm("sector", name=text)
    hint = f"write hs:{text}" if re.fullmatch(r"[\d.-]+", text) else "write all-goods, a sector, hs:8703 or list:NAME"
    raise ValueError(f"{shown(value)!r} names no products; {hint}")


def parse_products(value: object) -> ProductSelector:
    """Read a product selector: one term or a list of terms."""
    if isinstance(value, ProductSelector):
        return value
    items = list(value) if isinstance(value, list | tuple) else [value]
    if not items:
        raise ValueError("names no products; write all-goods, a sector, hs:8703 or list:NAME")
    terms = tuple(parse_term(item) for item in items)
    twice = sorted({str(term) for term in terms if terms.count(term) > 1})
    if twice:
        raise ValueError(f"names {twice[0]} twice; delete one")
    return ProductSelector(terms)


def write_products(selector: ProductSelector) -> str | list[str]:
    """Return the terms as they are written in a sheet: one text, or a list."""
    texts = [str(term) for term in selector.terms]
    return texts[0] if len(texts) == 1 else texts


def parse_codes(value: object) -> tuple[str, ...]:
    """Read the codes of a named list: HS codes with or without dots and ``hs:``."""
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("needs HS codes, as in [8703.23, 8704]")
    return tuple(parse_code(str(item).removeprefix("hs:")) for item in value)


_TERM = {
    "type": "string",
    "pattern": r"^(all-goods|all-services|hs:[\d. ]+(-[\d. ]+)?|list:[A-Za-z][\w-]*|[A-Za-z][\w.-]*)$",
}
Products = Annotated[
    ProductSelector,
    PlainValidator(parse_products),
    PlainSerializer(write_products),
    WithJsonSchema(
        {
            "anyOf": [_TERM, {"type": "array", "items": _TERM, "minItems": 1}],
            "description": "all-goods, all-services, C29, hs:8703, hs:0201-0202, list:NAME, or a list of these",
        }
    ),
]
Codes = Annotated[
    tuple[str, ...],
    PlainValidator(parse_codes),
    PlainSerializer(list),
    WithJsonSchema({"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1}),
]
