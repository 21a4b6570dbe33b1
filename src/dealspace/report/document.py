"""The report as a document: one content, written as Markdown and as a self-contained HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

from dealspace.report import sentences as say
from dealspace.report import sentences_offer as offers
from dealspace.report.briefing import DEFICITS, HORIZONS, unit
from dealspace.report.charts import Chart, build_charts
from dealspace.report.reading import Case
from dealspace.report.table import Table, heading, to_markdown
from dealspace.report.tables import build_tables
from dealspace.report.words import SOLUTION_TITLES, billions, capital, day, join, tied

#: Tables at the end of the report, under the sources; those of later stand in a section of their own.
INPUTS = ("weights", "issues", "measures", "facts")
LATER = ("later-offers", "later-measures", "later-facts")


@dataclass(frozen=True)
class Section:
    """A part of the report: heading, sentences, charts, tables."""

    anchor: str
    title: str
    sentences: tuple[str, ...]
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()


class Document:
    """Everything the written report says.

    Parameters
    ----------
    case : Case
    """

    def __init__(self, case: Case):
        self.case = case
        self.tables = build_tables(case)
        self.charts = build_charts(case)

    @property
    def title(self) -> str:
        """Title of the sheet."""
        return self.case.sheet.title or self.case.sheet.name

    @cached_property
    def basis(self) -> str:
        """World, horizon, closure and unit, named once."""
        case = self.case
        horizon = HORIZONS.get(case.analysis.horizon, case.analysis.horizon)
        return (
            f"As of {day(case.sheet.as_of)}. Economy {case.world.name}; {horizon}: labour moves between sectors; "
            f"{DEFICITS[case.analysis.closure]} unless said otherwise; {unit(case)}; changes against "
            "the status quo."
        )

    @cached_property
    def answer(self) -> tuple[tuple[str, str], ...]:
        """The questions with their answers, as the briefing has them."""
        case = self.case
        parts = (
            ("At stake", say.stake(case)),
            ("If no deal", say.no_deal(case)),
            ("What counts", say.weights(case)),
            ("The threat", say.threat(case)),
            ("Room", say.room(case)),
            ("Concessions", say.concessions(case)),
            ("Final offer", offers.final_offer(case)),
            ("Best reply", offers.best_reply(case)),
            ("How sure", offers.how_sure(case)),
        )
        return tuple((label, tied(" ".join(found))) for label, found in parts if found)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The parts after the answer, in order."""
        parts = (
            self._section("at-stake", "What is at stake", (), (), ("stake",)),
            self._section(
                "effects", "No deal and the final offer", self._effects(), ("who-gains", "sectors"), ("summary",)
            ),
            self._section(
                "deals", "The deals there are", self._deals(), ("frontier",), ("deals", "deal-terms", "concessions")
            ),
            self._section("runs", "Short, medium and long run", (), (), ("horizons", "jobs", "decomposition")),
            self._section("products", "Products by origin", (), (), ("origins", "products")),
            self._section("consumers", "Consumers", (), (), ("consumers",)),
            self._section("plants", "Makers and their plants", (), (), self._footprints()),
            self._section("threat", "The threat", say.threat(self.case), (), ("break-even", "break-even-presets")),
            self._section("offers", "Final offers of both sides", self._offers(), (), ("other-closure",)),
            self._section("elasticities", "Across elasticities", (), (), ("elasticity-sets",)),
            self._section("all-effects", "Effects in full", (), (), ("effects",)),
            self._section("sources", "Assumptions and sources", self._assumptions(), (), INPUTS),
            self._section("later", "What happened later", (), (), LATER),
        )
        return tuple(part for part in parts if part.sentences or part.charts or part.tables)

    def _section(
        self, anchor: str, title: str, words: Any, charts: tuple[str, ...], tables: tuple[str, ...]
    ) -> Section:
        drawn = tuple(self.charts[name] for name in charts if name in self.charts)
        shown = tuple(self.tables[name] for name in tables if name in self.tables)
        return Section(anchor, title, tuple(map(tied, words)), drawn, shown)

    def _footprints(self) -> tuple[str, ...]:
        """Return the names of the tables on makers' plants that readers see."""
        return tuple(f"{name}-{part}" for name in self.case.analysis.footprints for part in ("places", "plants"))

    def _effects(self) -> list[str]:
        case = self.case
        found = []
        offer = case.final_offer_of(case.answerer)
        for lead, policy in (("If the threat is carried out", "no-deal"), ("Under the final offer", offer)):
            effects = [case.effect(place, policy, case.analysis.closure) for place in case.places]
            if all(effects):
                found.append(
                    f"{lead}, real income: {', '.join(say.real_income(case, effect) for effect in effects if effect)}."
                )
        return found + case.unsolved()

    def _deals(self) -> list[str]:
        case = self.case
        found = say.room(case)
        for name, solution in case.bargain.solutions.items():
            if len(solution.deals) == 1:
                gain = [billions(x, sign=True) for x in solution.gains]
                each = join(f"{case.names.the(p)} {g}" for p, g in zip(case.parties, gain, strict=True))
                title = SOLUTION_TITLES.get(name, name)
                found.append(f"{title}: {join(case.terms(solution.deals[0]))} (pay-offs {each} bn over no deal).")
            elif len(solution.deals) > 1:
                found.append(f"{SOLUTION_TITLES.get(name, name)}: a lottery over two deals, listed in the table.")
            elif case.bargain.zone.status == "ok":
                found.append(f"{SOLUTION_TITLES.get(name, name)}: {case.names.spelled(solution.sentence)}")
        return found

    def _offers(self) -> list[str]:
        case, found = self.case, []
        for party in (case.answerer, case.threatener):
            found += [*offers.final_offer(case, party), *offers.best_reply(case, party)]
        return found

    def _assumptions(self) -> list[str]:
        case = self.case
        theta = case.world.trade_elasticity
        found = [
            f"Trade elasticities are those of {case.world.name}, from {theta.min():.1f} to "
            f"{theta.max():.1f} by sector; they are "
            "listed in tables/elasticities.csv; the section 'Across elasticities' has other published sets.",
            "Labour moves freely between sectors and not between regions; a region's trade deficit is "
            "held or set to zero as "
            "the closure says.",
            f"Seed {case.bargain.settings.seed}; {case.bargain.solves} deals were solved, "
            f"{case.bargain.failed} of them without a "
            "solution, which are counted and never used.",
            f"What third countries face: {case.sheet.background.default.replace('-', ' ')}.",
        ]
        if any(record.preset == "political" for record in case.bargain.payoffs):
            found.append(
                "The preset 'political' has the form of Grossman and Helpman (1994) but not their setting: labour is "
                "mobile between sectors here, so the weight is on a sector's value added, not on the rent of a factor "
                "that is specific to it."
            )
        found += [case.names.spelled(record.uncertainty) for record in case.bargain.payoffs if record.uncertainty]
        found += [*case.sheet.notes, *case.analysis.notes]
        found.append(
            f"The sheet has the digest {case.sheet.digest[:16]}, the economy {case.world.digest[:16]}; the "
            "economy's own sources "
            "are in PROVENANCE.md."
        )
        return [capital(text) for text in found]


def to_html(document: Document) -> str:
    """Write the document as one HTML page without script or outside file."""
    return _environment(True).get_template("report.html.j2").render(document=document, heading=heading)


def to_md(document: Document) -> str:
    """Write the document as Markdown; charts stand in the folder `charts` beside it."""
    template = _environment(False).get_template("report.md.j2")
    return template.render(document=document, markdown=to_markdown).rstrip() + "\n"


def _environment(escape: bool) -> Any:
    import jinja2

    folder = resources.files("dealspace.report") / "templates"
    sources = {item.name: item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".j2")}
    return jinja2.Environment(
        loader=jinja2.DictLoader(sources),
        autoescape=escape,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
