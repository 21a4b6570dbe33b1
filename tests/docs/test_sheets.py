"""Every sheet that a page prints is sound, and every command on a page runs."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import dealspace as ds
from dealspace.cli.main import app
from dealspace.instruments.compile import compile_deals, compile_policy
from dealspace.termsheet import check_sheet
from docs.sheets import parts, whole_sheets

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
WHOLE = [(page, name) for page in PAGES for name in whole_sheets(page)]
PARTS = [(page, number) for page in PAGES for number in range(len(parts(page)))]
SHELL = re.compile(r"^```sh\n(?P<text>.*?)^```$", re.M | re.S)


def where(value: object) -> str:
    return value.relative_to(DOCS).as_posix() if isinstance(value, Path) else str(value)


def commands(page: Path) -> list[str]:
    """Return the commands of a page that only read sheets, and are quick."""
    lines = "\n".join(found["text"] for found in SHELL.finditer(page.read_text(encoding="utf-8"))).splitlines()
    return [line for line in lines if re.match(r"dealspace (check|simulate) ", line)]


#: Pages whose commands work on files that the reader makes on the way.
WITH_OWN_FILES = ("another-pair", "own-data")
COMMANDS = [
    (page, line)
    for page in PAGES
    if page.parent.name == "howto" and page.stem not in WITH_OWN_FILES
    for line in commands(page)
]


@pytest.mark.parametrize(("page", "name"), WHOLE, ids=where)
def test_a_whole_sheet_is_sound(page: Path, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(whole_sheets(page)[name], encoding="utf-8")
    runs = page.parent.name == "howto"
    report = check_sheet(path, quick=not runs)
    assert [str(fault) for fault in (*report.faults, *report.warnings)] == []
    sheet = report.sheet
    assert sheet is not None
    if not runs:  # the reference shows every key, codes too, on a pair that is known by sector only
        faults = check_sheet(path).faults
        assert faults
        assert all("cannot be told apart" in fault.message for fault in faults)
        return
    for policy in (*sheet.policies, *sheet.offers):
        assert compile_policy(sheet, ds.load_world(sheet.world), policy).world.name == sheet.world


@pytest.mark.parametrize(("page", "number"), PARTS, ids=where)
def test_a_part_of_a_sheet_is_sound(page: Path, number: int, tmp_path: Path) -> None:
    path = tmp_path / "part.yaml"
    path.write_text(parts(page)[number], encoding="utf-8")
    report = check_sheet(path)
    assert [str(fault) for fault in report.faults] == []
    sheet = report.sheet
    assert sheet is not None
    compile_policy(sheet, ds.load_world(sheet.world), "no-deal")
    compile_deals(sheet, ds.load_world(sheet.world))


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=where)
def test_a_command_runs(page: Path, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in whole_sheets(page).items():
        Path(name).write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, shlex.split(line, comments=True)[1:])
    assert result.exit_code == 0, result.output
    assert result.output.strip()
