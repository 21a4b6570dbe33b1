"""Files that are no sheets: each is refused in one sentence, whatever it holds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.termsheet.mini import GOOD, WORLD

from dealspace.errors import DealspaceError, SheetError, UnknownNameError
from dealspace.termsheet import load_sheet, parse_sheet
from dealspace.termsheet.reading import MAX_BYTES, read_document

LAUGHS = "a: &a [lol, lol]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"

CONTENTS = [
    ("empty", b"", "{path}  the file is empty; `dealspace new` writes a sheet to start from"),
    ("blank", b"\n  \n# only a comment\n", "{path}  the file is empty; `dealspace new` writes a sheet to start from"),
    ("null", b"~\n", "{path}  the file is empty; `dealspace new` writes a sheet to start from"),
    ("list", b"- a\n- b\n", "{path}:1  the file holds a list; a term sheet is a mapping"),
    ("text", b"hello\n", "{path}:1  the file holds a single text; a term sheet is a mapping"),
    ("huge", b"a: b\n" * (MAX_BYTES // 4), "{path}  the file is larger than 500 kB; a term sheet has at most 500 kB"),
    ("latin-1", b"schema: dealspace/1\ntitle: \xe9t\xe9\n", "{path}:2  the byte 0xe9 is not UTF-8; save the file"),
    ("utf-16", "schema: x".encode("utf-16"), "{path}:1  this is UTF-16 text; save the file as UTF-8"),
    ("binary", b"\x7fELF\x00\x00\x01", "{path}:1  holds the control character U+007F; this is not a text file"),
    ("zip", b"PK\x03\x04\x14\x00", "{path}:1  holds the control character U+0003; this is not a text file"),
    ("deep", b"a: " + b"[" * 5000 + b"]" * 5000, "{path}:1  is nested deeper than 20 levels;"),
    ("many", b"a: [" + b"b," * 20_100 + b"]", "{path}:1  holds more than 20,000 values"),
    ("laughs", LAUGHS.encode(), "{path}:1  the anchor &a stands here (and in 2 more places); YAML anchors are"),
    ("list as key", b"[a, b]: c\n", "{path}:1  a mapping or list stands where a key belongs; write a plain name"),
    ("alias unknown", b"a: *b\n", "{path}:1  the alias *b stands here; YAML aliases are not read"),
    ("percent at the start", b"a: %b\n", "{path}:1  this is not YAML (found character '%' that cannot start"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "says"), [case[1:] for case in CONTENTS], ids=[case[0] for case in CONTENTS])
def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "sheet.yaml"
    path.write_bytes(content)
    with pytest.raises(SheetError) as caught:
        load_sheet(path, WORLD)
    assert str(caught.value).startswith(says.format(path=path))


def test_every_alias_is_told_once_per_kind() -> None:
    with pytest.raises(SheetError) as caught:
        read_document(LAUGHS, "laughs.yaml")
    assert [str(fault).partition(";")[0] for fault in caught.value.faults] == [
        "laughs.yaml:1  the anchor &a stands here (and in 2 more places)",
        "laughs.yaml:2  the alias *a stands here (and in 5 more places)",
    ]


def test_a_directory_is_named_as_one(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="this is a directory; give the YAML file in it"):
        load_sheet(tmp_path, WORLD)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match=r"nowhere\.yaml  there is no such file; check the path"):
        load_sheet(tmp_path / "nowhere.yaml", WORLD)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sheet.yaml"
    path.write_text(GOOD, encoding="utf-8")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SheetError, match="it may not be read; ask for permission to read the file"):
        load_sheet(path, WORLD)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes exist on POSIX systems only")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    with pytest.raises(SheetError, match="this is not a regular file"):
        load_sheet(path, WORLD)


@pytest.mark.parametrize("name", ["a" * 5000 + ".yaml", "nul\0byte.yaml"])
def test_an_impossible_path_is_a_fault(name: str) -> None:
    with pytest.raises(SheetError, match=r"cannot be read|no such file"):
        load_sheet(name, WORLD)


def test_an_unknown_name_offers_the_path() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown sheet 'us-marsian'; .*as in \./us-marsian\.yaml\."):
        load_sheet("us-marsian", WORLD)


def test_an_unknown_world_is_told_beside_other_faults() -> None:
    text = GOOD.replace("world: mini", "world: world-2202").replace("rate: 10%", "rate: 10")
    with pytest.raises(DealspaceError) as caught:
        parse_sheet(text, file="x.yaml")
    lines = [str(fault) for fault in caught.value.faults]
    assert lines[0].startswith("x.yaml:5  world: unknown world 'world-2202';")
    assert lines[1] == "x.yaml:18  measures.base-10.rate: 10 has no unit; write 10% or 0.1."


def test_scalars_stay_text() -> None:
    data = read_document("a: NO\nb: 0201\nc: 2025-07-20\nd: ~\ne: '~'\nf: yes\n").data
    assert data == {"a": "NO", "b": "0201", "c": "2025-07-20", "d": None, "e": "~", "f": "yes"}


def test_lines_are_those_of_the_keys_and_items() -> None:
    lines = read_document("a:\n  b: [x,\n      y]\nc: {d: 1}\n").lines
    assert lines == {("a",): 1, ("a", "b"): 2, ("a", "b", "0"): 2, ("a", "b", "1"): 3, ("c",): 4, ("c", "d"): 4}


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    raw = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    from dealspace.termsheet.reading import decode

    assert parse_sheet(decode(raw), world=WORLD) == parse_sheet(GOOD, world=WORLD)
