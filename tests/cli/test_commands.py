"""The commands: what they print, where, and with which exit code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from dealspace.cli.main import app, execute
from dealspace.cli.output import check_folder, print_json, progress, text_table, write_new
from dealspace.core.closure import Mobile
from dealspace.errors import DealspaceError

COMMANDS = ("analyze", "simulate", "check", "diff", "new", "world")


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "us-korea.yaml"
    assert execute(["new", "us-korea", "--parties", "USA,KOR", "--out", str(path)]) == 0
    return path


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dealspace.cli.main", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_with_an_example(capsys):
    assert execute(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {name} " in text for name in COMMANDS)
    assert execute([]) == 0
    assert capsys.readouterr().out == text


@pytest.mark.parametrize("command", [*COMMANDS[:-1], "world list", "world show", "world build"])
def test_each_command_has_an_example_and_json(command, capsys):
    assert execute([*command.split(), "--help"]) == 0
    text = capsys.readouterr().out
    assert "Example" in text
    assert f"dealspace {command} " in text or f"dealspace {command}\n" in text
    assert "--json" in text
    assert "\\b" not in text
    assert re.search(r"^  Examples?:\n    dealspace ", text, re.MULTILINE)  # a line of its own, indented


def test_typers_own_runner_agrees():
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output == "dealspace 0.1.0\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["analize", "x"], "no such command 'analize'; did you mean 'analyze'? see `dealspace --help`"),
        (["check", "--jsno", "x"], "no such option: --jsno; did you mean --json, --on? see `dealspace check --help`"),
        (["check"], "missing argument 'SHEET'; see `dealspace check --help`"),
        (["frob"], "no such command 'frob'; known: analyze, simulate, check, diff, new, world; see `dealspace --help`"),
        (["new", "x", "--parties", "USA"], "--parties USA: a sheet has two parties; write them as in USA,KOR"),
        (
            ["new", "x", "--parties", "USA,KRO"],
            "--parties USA,KRO: unknown region or group 'KRO'; did you mean 'ROW' or 'KOR'?",
        ),
        (["new", "x", "--parties", "USA,USA"], "--parties USA,USA: both parties are USA; name two different ones"),
        (
            ["new", "x", "--parties", "EU,DEU"],
            "--parties EU,DEU: EU and DEU share DEU; a region sits on one side of the table",
        ),
        (
            ["new", "x", "--parties", "USA,world"],
            "--parties USA,world: 'world' cannot be a party; write a region or group, such as USA or EU",
        ),
        (
            ["new", "", "--parties", "USA,KOR"],
            "NAME '': '' is not a name; use letters, digits and hyphens, as in us-auto-rate",
        ),
        (["new", "x", "--parties", "USA,KOR", "--out", ""], "--out '': this is no name; give the name of a file"),
        (["analyze", "us-japan-2025", "--out", ""], "--out '': this is no name; give the name of a folder"),
        (["world", "build", "--from", ""], "--from '': this is no name; give the name of a folder"),
        (["check", ""], "the name of the sheet is empty; give a built-in one, or the path of a YAML file"),
        (["world", "show", "world-2202"], "unknown world 'world-2202'; did you mean 'world-2022'?"),
        (
            ["world", "build", "--from", "/nowhere"],
            "--from /nowhere: there is no such folder; give the one with the source tables",
        ),
    ],
)
def test_a_mistake_is_one_sentence_on_stderr(arguments, sentence, capsys):
    assert execute(arguments) == 2
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err == sentence + "\n"


def test_a_wrong_choice_names_the_right_ones(capsys):
    assert execute(["simulate", "x", "--policy", "p", "--deficits", "open"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "'open' is not one of 'fixed', 'balanced', 'proportional'" in error


def test_check_passes_a_sound_sheet(sheet, capsys):
    capsys.readouterr()
    assert execute(["check", str(sheet)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("us-korea: sound; USA and KOR as of ")
    assert "2 measures, 3 policies, 3 issues and 1 offer.\nOn the table: usa-rate 0% to 25%," in out
    assert execute(["check", str(sheet), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    assert found["faults"] == []
    assert found["summary"]["issues"]["kor-barriers"] == {"by": "KOR", "low": 0.0, "high": 0.05, "unit": "pp"}


def test_check_names_every_fault_on_a_line_of_its_own(sheet, capsys):
    text = (
        sheet.read_text()
        .replace("range: [0%, 25%]", "range: [0%, 27.5]")
        .replace("world: world-2022", "world: world-1")
    )
    sheet.write_text(text)
    capsys.readouterr()
    assert execute(["check", str(sheet)]) == 2
    out = capsys.readouterr()
    assert out.out == ""
    lines = out.err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{sheet}:") for line in lines)
    assert "27.5 has no unit; write 27.5% or 0.275" in out.err
    assert execute(["check", str(sheet), "--json"]) == 2
    faults = json.loads(capsys.readouterr().out)["faults"]
    assert {fault["path"] for fault in faults} == {"world", "issues.usa-rate.range"}
    assert all(fault["line"] > 0 for fault in faults)


def test_new_never_writes_over_a_file(sheet, capsys):
    before = sheet.read_text()
    assert execute(["new", "other", "--parties", "USA,JPN", "--out", str(sheet)]) == 2
    assert "the file exists; give another name, or --force to write over it" in capsys.readouterr().err
    assert sheet.read_text() == before
    assert execute(["new", "other", "--parties", "USA,JPN", "--out", str(sheet), "--force"]) == 0
    assert "name: other" in sheet.read_text()


def test_new_prints_a_sheet_when_no_file_is_named(capsys):
    assert execute(["new", "eu-us", "--parties", "USA,EU"]) == 0
    assert "parties: [USA, EU]" in capsys.readouterr().out


def test_diff_says_what_changed(sheet, capsys):
    other = sheet.with_name("other.yaml")
    other.write_text(sheet.read_text().replace("rate: 25%", "rate: 30%"))
    capsys.readouterr()
    assert execute(["diff", str(sheet), str(other)]) == 0
    assert capsys.readouterr().out == "measures.usa-threat.rate: 25% became 30%\n"
    assert execute(["diff", str(sheet), str(sheet)]) == 0
    assert capsys.readouterr().out == "The sheets are equal in every term.\n"
    assert execute(["diff", str(sheet), str(other), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["equal"] is False
    assert found["changes"] == [
        {"path": "measures.usa-threat.rate", "kind": "changed", "before": "25%", "after": "30%"}
    ]


def test_world_list_and_show(capsys):
    assert execute(["world", "list"]) == 0
    assert "world-2022" in capsys.readouterr().out.splitlines()
    assert execute(["world", "show", "world-2022", "--json"]) == 0
    about = json.loads(capsys.readouterr().out)
    assert about["regions"]["JPN"] == "Japan"
    assert len(about["sectors"]) >= 24
    assert execute(["world", "show", "world-2022"]) == 0
    assert "Motor vehicles" in capsys.readouterr().out


class Unsolved:
    """An equilibrium without a solution: any number asked of it is an error."""

    converged, reason, residual = False, "the wages of USA diverge.", 0.5
    status = SimpleNamespace(code="diverged")
    closure, horizon = SimpleNamespace(labour=Mobile()), None


def test_an_unsolved_policy_gives_its_reason_and_no_number(sheet, capsys, monkeypatch):
    from dealspace.cli import simulate

    monkeypatch.setattr(simulate, "_solve", lambda *_: Unsolved())
    capsys.readouterr()
    assert execute(["simulate", str(sheet), "--policy", "no-deal"]) == 3
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err == "us-korea, policy no-deal, fixed trade: no solution; the wages of USA diverge.\n"
    assert execute(["simulate", str(sheet), "--policy", "no-deal", "--json"]) == 3
    record = json.loads(capsys.readouterr().out)
    assert record["converged"] is False
    assert record["status"] == "diverged"
    assert "regions" not in record


def test_simulate_names_a_policy_like_the_one_asked_for(sheet, capsys):
    capsys.readouterr()
    assert execute(["simulate", str(sheet), "--policy", "no-deel"]) == 2
    assert capsys.readouterr().err == "unknown policy 'no-deel'; did you mean 'no-deal'?\n"


def test_simulate_solves_and_prints_json_alone_on_stdout(sheet, capsys):
    capsys.readouterr()
    assert execute(["simulate", str(sheet), "--policy", "no-deal", "--json"]) == 0
    out = capsys.readouterr()
    record = json.loads(out.out)
    assert "solving no-deal ..." in out.err
    by_region = {row["region"]: row for row in record["regions"]}
    assert by_region["KOR"]["real_income_percent"] < -0.1
    assert record["goods_balance_usd_mn"]["of"] == "USA"
    assert execute(["simulate", str(sheet), "--policy", "before"]) == 0
    text = capsys.readouterr().out
    assert "policy before: long run, fixed trade balances, world-2022" in text
    assert "+0.01" not in text


def test_a_folder_that_is_a_file_is_refused_before_any_work(sheet, tmp_path, capsys):
    (tmp_path / "out").write_text("x")
    capsys.readouterr()
    for place in (tmp_path / "out", tmp_path / "out" / "below"):
        assert execute(["analyze", str(sheet), "--out", str(place)]) == 2
        error = capsys.readouterr().err
        assert "is a file, not a folder; give another folder" in error
        assert error.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(DealspaceError, match="link: it is a link that leads nowhere; give another folder"):
        check_folder(tmp_path / "link")
    with pytest.raises(DealspaceError, match=r"cannot be written \(File name too long\); give another folder"):
        check_folder(tmp_path / ("x" * 300) / "below")
    check_folder(tmp_path / "new" / ".." / "other")
    assert [item.name for item in tmp_path.iterdir()] == ["link"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which nobody can make one")
def test_a_folder_that_even_the_owner_cannot_make_is_found_before_any_work():
    with pytest.raises(DealspaceError, match="--out /proc/x: /proc cannot be written"):
        check_folder(Path("/proc/x"))


def test_write_new_leaves_nothing_when_it_fails(tmp_path):
    with pytest.raises(DealspaceError, match="give another place"):
        write_new(tmp_path / "missing" / "a.yaml", "x", overwrite=False)
    with pytest.raises(DealspaceError, match="it is a folder; give the name of a file"):
        write_new(tmp_path, "x", overwrite=True)
    with pytest.raises(DealspaceError, match="File name too long; give another place"):
        write_new(tmp_path / ("x" * 300), "x", overwrite=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_text("kept")
    with pytest.raises(DealspaceError, match="Not a directory; give another place"):
        write_new(tmp_path / "file" / "a.yaml", "x", overwrite=False)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(DealspaceError, match="it is not a regular file; give another name"):
        write_new(tmp_path / "link", "x", overwrite=True)
    assert (tmp_path / "file").read_text() == "kept"


def test_a_long_name_holds_its_file_and_force_keeps_a_link(tmp_path):
    path = tmp_path / ("x" * 250)
    write_new(path, "a", overwrite=False)
    (tmp_path / "link").symlink_to(path)
    write_new(tmp_path / "link", "b", overwrite=True)
    assert path.read_text() == "b"
    assert (tmp_path / "link").is_symlink()


def test_json_is_strict(capsys):
    print_json({"a": float("nan"), "b": [float("inf"), 1.5], "c": "ü"})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 1.5], "c": "ü"}


def test_progress_is_plain_lines_without_a_terminal(capsys):
    with progress() as report:
        report("solving", 0.1)
        report("solving", 0.2)
        report("writing", 1.0)
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err == "solving ...\nwriting ...\n"


def test_a_part_that_is_done_is_not_shown_as_the_end(capsys):
    with progress() as report:
        for stage, fraction in (("frontier", 0.5), ("done", 0.95), ("the other closure", 0.95), ("done", 1.0)):
            report(stage, fraction)
    assert capsys.readouterr().err == "frontier ...\nthe other closure ...\n"


def test_tables_line_up():
    assert text_table(["", "x"], [["long name", "1"], ["b", "22"]]) == "            x\nlong name   1\nb          22"


def test_an_interrupt_exits_with_130(sheet, monkeypatch, capsys):
    from dealspace.cli import simulate

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(simulate, "_solve", stop)
    capsys.readouterr()
    assert execute(["simulate", str(sheet), "--policy", "no-deal"]) == 130
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.split() == ["interrupted"]


LIGHT = """
import sys
from dealspace.cli.main import execute
code = execute(sys.argv[1:])
heavy = sorted(set(sys.modules) & {"jax", "xarray", "polars", "matplotlib", "scipy", "jinja2", "pandas"})
print("HEAVY", heavy, file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["check", "SHEET", "--quick"],
        ["diff", "SHEET", "SHEET"],
        ["new", "a", "--parties", "USA,KOR"],
        ["world", "list"],
    ],
)
def test_fast_commands_load_nothing_heavy(arguments, sheet):
    given = [str(sheet) if word == "SHEET" else word for word in arguments]
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, *given], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "HEAVY []" in done.stderr


def test_the_installed_command_says_faults_without_a_traceback():
    done = run("check", "no-such-sheet")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("unknown sheet 'no-such-sheet'")
    assert "Traceback" not in done.stderr


def test_a_closed_pipe_is_quiet():
    done = subprocess.run(
        f"'{sys.executable}' -m dealspace.cli.main world show world-2022 --json | head -c 5",
        shell=True, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.stdout == '{\n  "'
    assert done.stderr == ""


def test_a_sheet_whose_products_the_economy_cannot_tell_apart_is_not_sound(sheet, capsys):
    text = sheet.read_text(encoding="utf-8")
    assert text.count("products: C29") == 1
    sheet.write_text(text.replace("products: C29", "products: hs:8703"), encoding="utf-8")
    line = 1 + text[: text.index("products: C29")].count("\n")
    capsys.readouterr()
    assert execute(["check", str(sheet), "--quick"]) == 0
    assert capsys.readouterr().out.startswith("us-korea: sound;")
    assert execute(["check", str(sheet)]) == 2
    out = capsys.readouterr()
    assert out.out == ""
    start = f"{sheet}:{line}  issues.kor-barriers.products: hs:8703 cannot be told apart in KOR's imports from USA"
    assert out.err.startswith(start)
    assert len(out.err.splitlines()) == 1
    assert execute(["check", str(sheet), "--json"]) == 2
    record = json.loads(capsys.readouterr().out)
    assert (record["ok"], record["summary"]) == (False, None)
    assert [fault["path"] for fault in record["faults"]] == ["issues.kor-barriers.products"]


def test_quick_is_about_the_whole_sheet(capsys):
    words = ["check", "us-japan-2025", "--line", "8703.23", "--importer", "USA", "--exporter", "JPN", "--quick"]
    assert execute(words) == 2
    assert capsys.readouterr().err == "--quick has no effect with --line; leave one of the two out\n"
