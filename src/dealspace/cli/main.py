"""The `dealspace` command: its subcommands, its exit codes, and how it speaks of faults.

Exit codes: 0 done; 1 the reader of the output went away, or an error of the program itself; 2 the user can
mend it (a fault of a sheet, an unknown name, a file, folder or output that cannot be read or written, a wrong
option); 3 an equilibrium that the answer rests on has no solution, in every command; 130 interrupted.
With ``--json`` what goes wrong is also data on standard output, unless the command has put its own there.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Annotated

import typer

from dealspace.cli import analyze, check, diff, new, simulate, world
from dealspace.cli.output import ReportedError, plain_fault, print_json
from dealspace.errors import DealspaceError, Fault, NotConvergedError

HELP = """What a trade deal is worth, to whom, and which deals two governments could both accept.

SHEET is the name of a built-in term sheet, such as us-japan-2025, or the path of a YAML file.

\b
Examples:
  dealspace analyze us-japan-2025 --out out/
  dealspace new my-talks --parties USA,KOR --out my-talks.yaml
  dealspace check my-talks.yaml
"""

INTERRUPTED = 130

app = typer.Typer(
    name="dealspace",
    help=HELP,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("analyze", short_help="No deal, the room for a deal, the final offer.")(analyze.command)
app.command("simulate", short_help="The effects of one policy of a sheet.")(simulate.command)
app.command("check", short_help="Name every fault of a sheet, with its line.")(check.command)
app.command("diff", short_help="What changed from one sheet to another.")(diff.command)
app.command("new", short_help="A term sheet to start from.")(new.command)
app.add_typer(world.app, name="world")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"dealspace {version('dealspace')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


# Typer carries click inside itself or depends on it, by version; both know this class.
_USAGE_ERROR: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if issubclass(kind, Exception) and kind.__name__ == "ClickException"
)


def execute(arguments: Sequence[str] | None = None) -> int:
    """Run the command line on `arguments` (the process's own by default) and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _answer(words)
    except BrokenPipeError:
        _forget_stdout()
        return 1
    except OSError as error:
        if error.filename is None:  # the output itself failed
            _forget_stdout()
        with suppress(OSError):
            _fail([Fault(_system_sentence(error))], words)
        return 2
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1


def _answer(words: list[str]) -> int:
    """Run a command; say what the user can mend."""
    try:
        code = app(args=words, prog_name="dealspace", standalone_mode=False)
        if sys.stdout is None:
            raise ReportedError("standard output is closed, so the answer went nowhere; leave it open")
        sys.stdout.flush()
        if code == INTERRUPTED:  # some versions of typer turn the interrupt into this code
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0
    except NotConvergedError as error:
        _fail(error.faults, words)
        return 3
    except ReportedError as error:
        _fail(error.faults, [])
        return 2
    except DealspaceError as error:
        _fail(error.faults, words)
        return 2
    except _USAGE_ERROR as error:
        _fail([Fault(_usage_sentence(error))], words)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        _complain("interrupted")
        return INTERRUPTED


def _fail(faults: Iterable[Fault], words: list[str]) -> None:
    """Say faults on standard error, and where JSON was asked for as data on standard output."""
    faults = list(faults)
    for fault in faults:
        _complain(str(fault))
    if "--json" in words:
        print_json({"ok": False, "faults": [plain_fault(fault) for fault in faults]})


def run() -> None:
    """Entry point of the installed command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue]
    sys.exit(execute())


def _complain(line: str) -> None:
    with suppress(OSError):  # there is no place left to say that standard error failed
        typer.echo(line, err=True)


def _system_sentence(error: OSError) -> str:
    """Say in one line what the system refused."""
    reason = error.strerror or str(error)
    if error.filename is None:
        return f"the output cannot be written ({reason}); send it elsewhere"
    name = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
    return f"{name}: {reason}; give another path"


def _usage_sentence(error: BaseException) -> str:
    """Say in one line what is wrong with the call, and where its help is."""
    message = error.format_message()  # pyright: ignore[reportAttributeAccessIssue]
    message = " ".join(message.split()).rstrip(".").replace("Value error, ", "")
    message = message[:1].lower() + message[1:]
    message = message.replace(" (Possible options: ", "; did you mean ").replace(". Did you mean", "; did you mean")
    message = message.removesuffix(")") if "; did you mean" in message else message
    message = message if message.endswith("?") or "did you mean" not in message else message + "?"
    context = getattr(error, "ctx", None)
    if message.startswith("no such command") and not message.endswith("?"):
        message += f"; known: {', '.join(getattr(getattr(context, 'command', None), 'commands', {}))}"
    name = context.command_path if context is not None else "dealspace"
    return f"{message}{'' if message.endswith('?') else ';'} see `{name} --help`"


def _forget_stdout() -> None:
    """Point standard output at nothing, so that the interpreter's last flush cannot fail."""
    if sys.stdout is not None:
        with suppress(OSError):  # a stand-in without a file number has nothing to flush to
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    run()
