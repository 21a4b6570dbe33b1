"""`dealspace check SHEET --line CODE`: what one tariff line pays, and why, as text or JSON."""

from __future__ import annotations

import textwrap
from datetime import date
from typing import TYPE_CHECKING, Any

from dealspace.cli.output import text_table
from dealspace.errors import DealspaceError

if TYPE_CHECKING:
    from dealspace.instruments.explain_line import LineExplanation
    from dealspace.instruments.explain_rulings import LineRuling, LineStep
    from dealspace.instruments.normal import NormalDuty
    from dealspace.termsheet import TermSheet

FORMAT = "dealspace-line/1"
#: Rulings, and codes of a ruling, that the table shows before it says how many more there are.
SHOWN, CODES = 8, 6
_HOW = {
    "add": "added",
    "inclusive": "at least, normal duty included",
    "replace": "the whole duty",
    "ceiling": "at most",
    "cut": "cut of the duty",
    "quota": "quota",
    "ntb": "barrier removed",
}


def explain_for(
    sheet: TermSheet, line: str, importer: str | None, exporter: str | None, on: str | None, policy: str | None
) -> LineExplanation:
    """Explain a line of a sheet with the options of the command line.

    Raises
    ------
    DealspaceError
        For missing or impossible options, unknown names and codes.
    """
    from dealspace.instruments.explain_line import explain_line
    from dealspace.termsheet.loading import world_of

    if importer is None or exporter is None:
        missing = " and ".join(n for n, given in (("--importer", importer), ("--exporter", exporter)) if given is None)
        raise DealspaceError(f"--line needs {missing}; write --importer USA --exporter JPN, say")
    world = world_of(sheet)
    for option, name in (("--importer", importer), ("--exporter", exporter)):
        if name not in world.regions and name in {*sheet.groups, *(world.groups or {})}:
            members = ", ".join(sheet.members(name, world))
            raise DealspaceError(
                f"{option} {name}: this is a group, whose members may pay apart; name one of {members}"
            )
    return explain_line(sheet, world, importer, exporter, line, on=_day(on), policy=policy)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DealspaceError(f"--on {text!r} is not a day; write year-month-day, as in 2025-07-20") from None


def record(found: LineExplanation) -> dict[str, Any]:
    """Return an explanation for machines; every rate is a fraction."""
    from dealspace.instruments.explain_scope import dotted

    span = found.range
    return {
        "format": FORMAT,
        "sheet": found.sheet,
        "importer": found.importer,
        "exporter": found.exporter,
        "line": found.line,
        "line_dotted": dotted(found.line),
        "on": found.on.isoformat(),
        "policy": found.policy,
        "reading": found.reading,
        "rate": _number(found.duty),
        "range": [_number(value) for value in span] if span else None,
        "rulings": [_ruling(ruling) for ruling in found.rulings],
        "besides": list(found.besides),
    }


def _ruling(ruling: LineRuling) -> dict[str, Any]:
    return {
        "codes": list(ruling.codes),
        "share_of_trade": _number(ruling.share),
        "part_of_each_code": _number(ruling.part),
        "stage": ruling.stage or None,
        "rate": _number(ruling.duty),
        "at_least": _number(ruling.at_least),
        "added": _number(ruling.added),
        "trade_cost_factor": _number(ruling.barrier),
        "normal": _normal(ruling.normal),
        "steps": [_step(step) for step in ruling.steps],
        "passed_over": [{"name": name, "reason": reason} for name, reason in ruling.passed_over],
    }


def _normal(normal: NormalDuty) -> dict[str, Any]:
    return {
        "rate": _number(normal.rate),
        "form": normal.form or None,
        "ad_valorem_equivalent": _number(normal.equivalent),
        "formula": normal.formula or None,
        "mean_collected": _number(normal.mean),
        "basis": normal.basis,
        "agreement": normal.agreement or None,
        "season": normal.season or None,
        "source": normal.source or None,
        "note": normal.note or None,
    }


def _step(step: LineStep) -> dict[str, Any]:
    return {
        "name": step.name,
        "kind": step.kind,
        "how": step.how,
        "rate": _number(step.rate),
        "duty_after": _number(step.duty),
        "authority": step.authority or None,
        "source": step.source or None,
        "from": step.in_force.isoformat() if step.in_force else None,
        "until": step.until.isoformat() if step.until else None,
        "words": step.words or None,
        "note": step.note or None,
    }


def _number(value: float | None) -> float | None:
    """Round off the last digits, which are noise of the arithmetic."""
    return None if value is None else round(float(value), 12)


def text(found: LineExplanation) -> str:
    """Return an explanation for the terminal: a table for each treatment, then the acts and sources, each once."""
    from dealspace.instruments.explain_scope import dotted

    head = f"{dotted(found.line)} into {found.importer} from {found.exporter} on {found.on}: {_verdict(found)}."
    blocks = [f"{head}\nCounted: {found.reading}."]
    shown = found.rulings[:SHOWN]
    blocks += [_block(ruling, k, len(found.rulings) > 1) for k, ruling in enumerate(shown)]
    rest = len(found.rulings) - len(shown)
    if rest:
        blocks.append(f"{rest} more treatment{'s' if rest > 1 else ''} of smaller trade; --json has them all.")
    if found.besides:
        blocks.append("No duty, but on the same trade: " + "; ".join(found.besides) + ".")
    blocks.append("\n".join(_sources(shown)))
    return "\n\n".join(blocks)


def _sources(rulings: tuple[LineRuling, ...]) -> list[str]:
    """Say once each where the acts and the normal duties come from."""
    said: dict[str, str] = {}
    for ruling in rulings:
        if ruling.normal.source:
            said.setdefault("Normal duties", ruling.normal.source)
        for step in ruling.steps:
            said.setdefault(step.name, _step_words(step))
    return [line for label, words in said.items() for line in _wrapped(label, words, "")]


def _verdict(found: LineExplanation) -> str:
    if found.duty is not None and found.range is not None:
        low, high = found.range
        if high - low < 1e-12:
            return percent(found.duty)
        return f"{percent(found.duty)} in the mean, from {percent(low)} to {percent(high)}"
    if found.range is not None:
        stages = {ruling.stage: ruling.duty for ruling in found.rulings if ruling.stage}
        if len(stages) == len(found.rulings):
            return ", ".join(f"{percent(duty or 0.0)} {stage}" for stage, duty in stages.items())
        return f"from {percent(found.range[0])} to {percent(found.range[1])}"
    if len(found.rulings) > 1:
        unknown = sum(ruling.duty is None for ruling in found.rulings)
        return f"{unknown} of {len(found.rulings)} treatments rest on an unknown normal duty"
    return _unknown(next(iter(found.rulings)))


def _unknown(ruling: LineRuling) -> str:
    if ruling.added:
        return f"an unknown normal duty and {100 * ruling.added:g} points on top"
    if ruling.at_least > 0:
        return f"the unknown normal duty, but at least {percent(ruling.at_least)}"
    return f"the normal duty, which is {ruling.normal.form or 'unknown'}"


def _block(ruling: LineRuling, k: int, several: bool) -> str:
    lines = [_title(ruling, k)] if several or ruling.part < 1 else []
    rows = [["normal duty", "", _normal_rate(ruling.normal), _after(ruling.normal.value)]]
    rows += [_row(step) for step in ruling.steps]
    lines += text_table(["", "", "rate", "duty"], rows).splitlines()
    result = percent(ruling.duty) if ruling.duty is not None else _unknown(ruling)
    lines.append(f"Result: {result}{f', {ruling.stage}' if ruling.stage else ''}.")
    if abs(ruling.barrier - 1.0) > 1e-12:
        lines.append(f"Trade costs change by the factor {ruling.barrier:.4g}.")
    lines += _wrapped("Normal duty", _normal_words(ruling.normal))
    for step in ruling.steps:
        lines += _wrapped(step.name, step.words) if step.words else []
    for name, reason in ruling.passed_over:
        lines += _wrapped(f"not {name}", reason)
    return "\n".join(lines)


def _title(ruling: LineRuling, k: int) -> str:
    from dealspace.instruments.explain_scope import REST, dotted

    codes = [dotted(code.removesuffix(REST)) + (REST if code.endswith(REST) else "") for code in ruling.codes]
    shown = ", ".join(codes[:CODES]) + (f" and {len(codes) - CODES} more" if len(codes) > CODES else "")
    parts = [f"{k + 1}. {shown}"]
    if ruling.part < 1:
        parts.append(f"{100 * ruling.part:g} % of each")
    if ruling.share is not None:
        parts.append(f"{100 * ruling.share:.1f} % of the trade in the line")
    if ruling.stage:
        parts.append(ruling.stage)
    if ruling.normal.season:
        parts.append(ruling.normal.season)
    return "; ".join(parts)


def _row(step: LineStep) -> list[str]:
    rate = f"{100 * step.rate:g} pp" if step.how == "ntb" else percent(step.rate)
    return [step.name, _HOW[step.how], rate, _after(step.duty)]


def _after(duty: float | None) -> str:
    return "unknown" if duty is None else percent(duty)


def _normal_rate(normal: NormalDuty) -> str:
    if normal.rate is not None:
        return percent(normal.rate)
    return f"{percent(normal.equivalent)} equivalent" if normal.equivalent is not None else "unknown"


def _normal_words(normal: NormalDuty) -> str:
    parts = [normal.basis]
    if normal.form:
        parts.append(normal.form)
    if normal.formula:
        parts.append(normal.formula)
    if normal.mean is not None:
        parts.append(f"in the mean {percent(normal.mean)} was collected")
    if normal.note:
        parts.append(normal.note)
    return "; ".join(part.rstrip(".") for part in parts)


def _step_words(step: LineStep) -> str:
    parts = [step.authority] if step.authority else []
    if step.in_force:
        parts.append(f"from {step.in_force}" + (f" until {step.until}" if step.until else ""))
    if step.source:
        parts.append(step.source)
    return "; ".join(parts) or "no authority stated"


def _wrapped(label: str, words: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(
        f"{label}: {words}",
        100,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def percent(value: float) -> str:
    """Write a fraction in per cent with at most two decimals: 0.275 gives ``27.5 %``."""
    return f"{round(100 * value, 2):g} %"
