"""What goes wrong outside the sheet: places, outputs, worlds in files, and what machines are told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import dealspace as ds
from dealspace.cli import simulate
from dealspace.cli.main import execute
from dealspace.errors import DealspaceError, NotConvergedError
from dealspace.report import save as saving
from dealspace.termsheet import check_sheet, load_sheet
from dealspace.termsheet.loading import world_of

LONG = "x" * 300


def shell(words: str) -> subprocess.CompletedProcess[str]:
    line = f"'{sys.executable}' -m dealspace.cli.main {words}"
    return subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ["new", "a", "--parties", "USA,KOR", "--out", LONG],
        ["new", "a", "--parties", "USA,KOR", "--world", f"{LONG}.npz"],
        ["check", LONG],
        ["check", f"./{LONG}"],
        ["world", "show", LONG],
        ["world", "show", f"{LONG}.npz"],
        ["world", "build", "--from", LONG],
        ["analyze", "us-japan-2025", "--out", LONG],
    ],
)
def test_a_name_that_is_too_long_is_one_sentence(arguments, capsys):
    assert execute(arguments) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.count("\n") == 1
    assert "; " in out.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", ["world list", "world list --json", "--help", "check us-japan-2025"])
def test_a_full_output_is_one_sentence(words):
    done = shell(f"{words} > /dev/full")
    assert done.returncode == 2
    assert done.stderr == "the output cannot be written (No space left on device); send it elsewhere\n"


def test_a_closed_output_is_one_sentence():
    done = shell("world list >&-")
    assert done.returncode == 2
    assert done.stderr == "standard output is closed, so the answer went nowhere; leave it open\n"


def test_an_error_is_data_too_when_json_is_asked_for(capsys):
    assert execute(["world", "show", "world-2202", "--json"]) == 2
    out = capsys.readouterr()
    sentence = "unknown world 'world-2202'; did you mean 'world-2022'?"
    assert out.err == sentence + "\n"
    fault = {"file": None, "line": None, "path": "", "message": sentence}
    assert json.loads(out.out) == {"ok": False, "faults": [fault]}
    assert execute(["check", "--json", "--frob", "x"]) == 2
    assert json.loads(capsys.readouterr().out)["ok"] is False
    assert execute(["check", "no-such-sheet", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["file"] == "no-such-sheet"


@pytest.mark.parametrize("json_asked", [[], ["--json"]])
def test_no_solution_exits_with_3_in_every_command(json_asked, monkeypatch, capsys):
    def diverge(*_, **__):
        raise NotConvergedError("the wages of USA diverge; try smaller rates")

    monkeypatch.setattr("dealspace.analysis.analysis.analyze", diverge)
    monkeypatch.setattr(simulate, "_solve", diverge)
    for command in (["analyze", "us-japan-2025"], ["simulate", "us-japan-2025", "--policy", "no-deal"]):
        assert execute([*command, *json_asked]) == 3
        out = capsys.readouterr()
        assert out.err.endswith("the wages of USA diverge; try smaller rates\n")
        assert (json.loads(out.out)["ok"] is False) if json_asked else out.out == ""


class Case:
    """An analysis that can be told but not saved."""

    def save(self, folder: Path) -> tuple[Path, ...]:
        raise DealspaceError(f"{folder}: cannot be written (No space left on device); give another folder")

    def briefing(self) -> str:
        return "the answer"

    def to_dict(self) -> dict[str, int]:
        return {"answer": 1}


@pytest.mark.parametrize(("extra", "answer"), [([], "the answer\n"), (["--json"], '{\n  "answer": 1\n}\n')])
def test_a_report_that_cannot_be_saved_does_not_cost_the_answer(extra, answer, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("dealspace.analysis.analysis.analyze", lambda *_, **__: Case())
    assert execute(["analyze", "us-japan-2025", "--out", str(tmp_path / "out"), *extra]) == 2
    out = capsys.readouterr()
    assert out.out == answer
    assert out.err.splitlines()[-1].endswith("out: cannot be written (No space left on device); give another folder")


def test_a_failing_exchange_puts_the_old_files_back(tmp_path, monkeypatch):
    files = {"report.html": b"new", "tables/a.csv": b"new", "tables/b.csv": b"new"}
    (tmp_path / "tables").mkdir()
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "tables" / "b.csv").write_text("old")
    replace = saving.os.replace

    for error, expected in (
        (OSError(28, "No space left on device"), DealspaceError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ):

        def stop(source, target, error=error):
            if str(target).endswith("b.csv") and "new" in Path(source).parts:
                raise error
            replace(source, target)

        monkeypatch.setattr(saving.os, "replace", stop)
        with pytest.raises(expected):
            saving.write_files(tmp_path, files)
        found = {str(p.relative_to(tmp_path)): p.read_text() for p in tmp_path.rglob("*") if p.is_file()}
        assert found == {"report.html": "old", "tables/b.csv": "old"}
        assert sorted(p.name for p in tmp_path.iterdir()) == ["report.html", "tables"]
    monkeypatch.undo()
    saving.write_files(tmp_path, files)
    assert (tmp_path / "report.html").read_bytes() == b"new"


def test_what_is_no_file_is_not_replaced(tmp_path):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(DealspaceError, match=r"report\.html: a file goes here; move this away"):
        saving.write_files(tmp_path, {"a.txt": b"x", "report.html": b"x"})
    (tmp_path / "charts").write_text("a file")
    with pytest.raises(DealspaceError, match="charts: a folder goes here; move this away"):
        saving.write_files(tmp_path, {"a.txt": b"x", "charts/a.svg": b"x"})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["charts", "report.html"]


def test_a_world_that_cannot_be_built_leaves_no_folder(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert execute(["world", "build", "--from", str(tmp_path / "empty"), "--to", str(tmp_path / "made" / "deep")]) == 2
    assert "is missing; see docs/world.md" in capsys.readouterr().err
    assert [item.name for item in tmp_path.iterdir()] == ["empty"]


def test_the_world_of_a_file_is_found_from_the_sheets_folder(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "talks here"
    folder.mkdir()
    world = ds.load_world("world-2022").aggregate(regions={"REST": ["CHN", "ROW"]})
    world.save(folder / "mine.npz")
    monkeypatch.chdir(folder)
    assert execute(["new", "t", "--parties", "USA,KOR", "--world", "./mine.npz", "--out", "t.yaml"]) == 0
    assert "\nworld: ./mine.npz\n" in Path("t.yaml").read_text()
    monkeypatch.chdir(tmp_path)
    path = folder / "t.yaml"
    for given in (path, path.relative_to(tmp_path)):
        assert check_sheet(given).ok
        sheet = load_sheet(given)
        assert world_of(sheet).regions == world.regions
        assert sheet.policy("no-deal").world.regions == world.regions
    assert execute(["new", "u", "--parties", "USA,KOR", "--world", "talks here/mine.npz", "--out", "u.yaml"]) == 0
    assert "\nworld: 'talks here/mine.npz'\n" in Path("u.yaml").read_text()
    Path("sub").mkdir()
    assert execute(["new", "v", "--parties", "USA,KOR", "--world", "talks here/mine.npz", "--out", "sub/v.yaml"]) == 0
    capsys.readouterr()
    assert execute(["check", "u.yaml"]) == 0
    assert execute(["check", "sub/v.yaml"]) == 0
    assert execute(["simulate", "sub/v.yaml", "--policy", "before"]) == 0
    assert "0.0" in capsys.readouterr().out


def test_what_is_no_sheet_is_refused_in_words():
    for wrong in (None, 5):
        with pytest.raises(DealspaceError, match=f"{wrong} is no sheet; give the name of a built-in one"):
            load_sheet(wrong)  # pyright: ignore[reportArgumentType]
        with pytest.raises(DealspaceError, match=f"{wrong} is no sheet; give the name of a built-in one"):
            ds.analyze(wrong)  # pyright: ignore[reportArgumentType]
        assert not check_sheet(wrong).ok  # pyright: ignore[reportArgumentType]


def test_an_unknown_sheet_reads_as_two_sentences(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(
        DealspaceError, match=r"known: .*[a-z0-9.]\. A file is given by its path, as in \./qqqqq\.yaml\.$"
    ):
        load_sheet("qqqqq")
    with pytest.raises(DealspaceError, match=r"^folder  this is a directory; give the YAML file in it$"):
        load_sheet("folder")


@pytest.mark.parametrize(
    ("value", "form", "text"), [(-0.01, "+.1f", "0.0"), (0.0, "+.2f", "0.00"), (-1.26, "+.1f", "-1.3")]
)
def test_a_number_that_rounds_to_zero_has_no_sign(value, form, text):
    assert simulate._number(value, form) == text
