"""Read YAML as plain text values with line numbers, and nothing that can surprise.

Scalars stay text (``NO`` is a region, ``0201`` keeps its zero), because the models read units themselves.
Anchors, aliases, merge keys, tags and second documents are refused: a reader of the file must see what it says, and a
file of a few lines must not unfold into millions.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from dealspace.errors import Fault, SheetError
from dealspace.termsheet.quantities import shown

MAX_BYTES = 500_000
MAX_DEPTH = 20
MAX_VALUES = 20_000
Place = tuple[str, ...]
_NOTHING = ("", "~", "null", "Null", "NULL")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


@dataclass
class Document:
    """A file's contents as dicts, lists and text, and where each thing stands.

    Attributes
    ----------
    data : Any
        Dicts, lists, text, and None where a value is left empty.
    lines : dict of tuple of str to int
        Line (from 1) of each key or item, by its path.
    faults : list of Fault
        What is wrong with the file as YAML although it can still be read on (duplicate keys).
    file : str or None
    """

    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    file: str | None = None

    def line(self, place: Place) -> int | None:
        """Return the line of a path, or of the nearest thing around it that stands in the file."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes; raises SheetError in words when there is no readable file of sheet size."""
    name = str(path)
    try:
        if path.is_dir():
            raise SheetError(Fault("this is a directory; give the YAML file in it", file=name))
        if not path.exists():
            raise SheetError(Fault("there is no such file; check the path", file=name))
        if not path.is_file():
            raise SheetError(Fault("this is not a regular file; give a YAML file", file=name))
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except PermissionError:
        raise SheetError(Fault("it may not be read; ask for permission to read the file", file=name)) from None
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise SheetError(Fault(f"it cannot be read ({reason}); check the path", file=name)) from None
    if len(raw) > MAX_BYTES:
        cure = "a term sheet has at most 500 kB; is this the right file?"
        raise SheetError(Fault(f"the file is larger than {MAX_BYTES // 1000} kB; {cure}", file=name))
    return raw


def decode(raw: bytes, file: str | None = None) -> str:
    """Return a file's text; raises SheetError when it is not UTF-8 text."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SheetError(Fault("this is UTF-16 text; save the file as UTF-8", file=file, line=1))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = f"the byte 0x{raw[error.start]:02x} is not UTF-8"
        raise SheetError(Fault(f"{byte}; save the file as UTF-8 text", file=file, line=line)) from None
    return text


def read_document(text: str, file: str | None = None) -> Document:
    """Read YAML text into a `Document`.

    Raises
    ------
    SheetError
        With the line, when the text is empty, not YAML, not a mapping, or uses what is refused.
    """
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        what = f"holds the control character U+{ord(found[0]):04X}"
        raise SheetError(Fault(f"{what}; this is not a text file, or delete the character", file=file, line=line))
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except MarkedYAMLError as error:
        raise SheetError(_syntax_fault(error, text, file)) from None
    except (YAMLError, ValueError, OverflowError) as error:
        raise SheetError(Fault(f"is not YAML: {str(error).splitlines()[0]}", file=file)) from None
    return builder.finish()


def _syntax_fault(error: MarkedYAMLError, text: str, file: str | None) -> Fault:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    rows = text.split("\n")
    row = rows[line - 1] if line and line <= len(rows) else ""
    if "\t" in row[: len(row) - len(row.lstrip())] or "'\\t'" in str(error.problem):
        return Fault("a tab stands where YAML allows spaces only; write spaces", file=file, line=line)
    problem = re.sub(r"\s+", " ", str(error.problem or error.context or "it cannot be read")).strip()
    hint = "check the indentation, colons, brackets and quotes here"
    if error.context and error.context_mark and error.context_mark.line + 1 != line:
        hint += f" and from line {error.context_mark.line + 1}"
    return Fault(f"this is not YAML ({problem}); {hint}", file=file, line=line)


@dataclass
class _Open:
    """A mapping or list being filled."""

    place: Place
    value: dict[str, Any] | list[Any]
    key: str | None = None
    skip: bool = False  # the key stood there before: its value is read and dropped


class _Builder:
    """Builds the document from parsing events, without recursion."""

    def __init__(self, file: str | None):
        self.document = Document(file=file)
        self.stack: list[_Open] = []
        self.refused: dict[str, tuple[str, int, int]] = {}  # cure -> (what, line, how many)
        self.documents = 0
        self.values = 0

    def take(self, event: Any) -> None:
        """Take one parsing event."""
        if isinstance(event, ev.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self._stop("a second document starts here (---); keep one sheet a file", event)
        elif isinstance(event, ev.AliasEvent):
            self._refuse(
                f"the alias *{shown(event.anchor)} stands here",
                "YAML aliases are not read: write the value out",
                event,
            )
            self._put(None, event)
        elif isinstance(event, ev.ScalarEvent):
            self._check_marks(event)
            plain = event.style is None or event.style == ""
            self._put(None if plain and event.value in _NOTHING else event.value, event)
        elif isinstance(event, ev.MappingStartEvent | ev.SequenceStartEvent):
            self._check_marks(event)
            self._start({} if isinstance(event, ev.MappingStartEvent) else [], event)
        elif isinstance(event, ev.MappingEndEvent | ev.SequenceEndEvent):
            self.stack.pop()

    def finish(self) -> Document:
        """Return the document, or raise for what is refused."""
        file = self.document.file
        if self.refused:
            faults = []
            for cure, (what, line, count) in self.refused.items():
                more = f" (and in {count - 1} more places)" if count > 1 else ""
                faults.append(Fault(f"{what}{more}; {cure}", file=file, line=line))
            raise SheetError([*faults, *self.document.faults])
        if self.document.data is None:
            raise SheetError(Fault("the file is empty; `dealspace new` writes a sheet to start from", file=file))
        if not isinstance(self.document.data, dict):
            what = "a list" if isinstance(self.document.data, list) else "a single text"
            cure = "a term sheet is a mapping that starts with schema: dealspace/1"
            raise SheetError(Fault(f"the file holds {what}; {cure}", file=file, line=1))
        return self.document

    def _check_marks(self, event: Any) -> None:
        if event.anchor:
            cure = "YAML anchors are not read: write the value out where it is used"
            self._refuse(f"the anchor &{shown(event.anchor)} stands here", cure, event)
        tag = getattr(event, "tag", None)
        if tag and not (tag == "!" and isinstance(event, ev.ScalarEvent) and event.style):
            written = str(tag).replace("tag:yaml.org,2002:", "!!")
            self._refuse(f"the tag {shown(written)} stands here", "YAML tags are not read: delete it", event)

    def _refuse(self, what: str, cure: str, event: Any) -> None:
        first, line, count = self.refused.get(cure, (what, event.start_mark.line + 1, 0))
        self.refused[cure] = (first, line, count + 1)

    def _stop(self, message: str, event: Any) -> SheetError:
        return SheetError(Fault(message, file=self.document.file, line=event.start_mark.line + 1))

    def _start(self, value: dict[str, Any] | list[Any], event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self._stop(f"is nested deeper than {MAX_DEPTH} levels; a term sheet needs at most five", event)
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            raise self._stop("a mapping or list stands where a key belongs; write a plain name", event)
        place, skip = self._put(value, event)
        self.stack.append(_Open(place, value, skip=skip))

    def _put(self, value: Any, event: Any) -> tuple[Place, bool]:
        """Put a value where the reading stands; return its path and whether it is dropped."""
        self.values += 1
        if self.values > MAX_VALUES:
            raise self._stop(f"holds more than {MAX_VALUES:,} values; is this the right file?", event)
        line = event.start_mark.line + 1
        if not self.stack:
            self.document.data = value
            return (), False
        top = self.stack[-1]
        if isinstance(top.value, list):
            place = (*top.place, str(len(top.value)))
            top.value.append(value)
        elif top.key is None:
            return self._key(top, value, event), False
        else:
            place, key, skip = (*top.place, top.key), top.key, top.skip
            top.key, top.skip = None, False
            if skip:
                return place, True
            top.value[key] = value
            return place, False
        if not self._dropped():
            self.document.lines[place] = line
        return place, False

    def _dropped(self) -> bool:
        return any(part.skip for part in self.stack)

    def _key(self, top: _Open, value: Any, event: Any) -> Place:
        line = event.start_mark.line + 1
        key = "null" if value is None else str(value)
        if key == "<<":
            self._refuse("a merge key (<<) stands here", "YAML merge keys are not read: write the keys out", event)
        place = (*top.place, key)
        top.key = key
        assert isinstance(top.value, dict)
        if key in top.value and not self._dropped():
            first = self.document.lines.get(place)
            message = f"the key {shown(key)!r} stands here a second time (first on line {first}); delete one"
            self.document.faults.append(Fault(message, ".".join(place), self.document.file, line))
            top.skip = True
        elif not self._dropped():
            self.document.lines[place] = line
        return place
