"""Tables of products by origin and of what people pay: who sells what, at which price, who is displaced."""

from __future__ import annotations

from collections.abc import Iterator

from dealspace.outcomes.consumers import NOT_SHOWN
from dealspace.outcomes.products import ProductEffects, report_rows, summary_row
from dealspace.report.reading import Case
from dealspace.report.table import Cell, Column, Table, table

LARGE = 1.0  # per cent of the buyer's price or of a product's imports: what is worth a reader's eye

_AGAINST = (
    "Changes against the base year's law, top-down from the sector's solution; prices are relative to the home index"
)


def product_tables(case: Case) -> Iterator[Table]:
    """Yield a line a product, every product by origin, what moves most, and consumer prices by group of goods."""
    if any(case.analysis.products.values()):
        yield from _summary(case)
        yield from _by_origin(case)
    yield _consumers(case)


def _all(case: Case) -> Iterator[tuple[str, str, str, ProductEffects]]:
    for horizon, by_product in case.analysis.products.items():
        for product, by_policy in by_product.items():
            yield from ((horizon, product, policy, eff) for policy, eff in by_policy.items() if policy != "before")


def _summary(case: Case) -> Iterator[Table]:
    columns = (
        Column("product", "Product"),
        Column("importer", "Market"),
        Column("run", "Run"),
        Column("policy", "Policy"),
        Column("price", "Price to buyers", "percent", signed=True),
        Column("imports", "Imports", "percent", signed=True),
        Column("duty", "Duty", "rate", "mn USD", signed=True),
        Column("markup", "State mark-up", "rate", "mn USD", signed=True),
        Column("rents", "Other rents", "rate", "mn USD", signed=True),
        Column("displaced", "Most displaced"),
        Column("gap", "Adding-up gap", "percent", signed=True),
    )
    rows = []
    for horizon, product, policy, found in _all(case):
        row = summary_row(found)
        rows.append(
            (
                *(product, case.names.region(str(row["importer"])), horizon, case.title(policy)),
                *(row["price to buyers (%)"], row["imports (%)"], row["duty (USD million)"]),
                *(row["mark-up (USD million)"], row["rents (USD million)"]),
                *(case.names.region(str(row["most displaced"])), row["adding-up gap (%)"]),
            )
        )
    note = f"{_AGAINST}. The gap is what products do not add up to in their sector's solution, of base spending."
    main = {case.title(policy) for policy in case.main_policies}
    title = "Products: prices, imports, duty"
    yield table("products", title, note, columns, [row for row in rows if row[3] in main])
    yield table("products-all", f"{title}, every policy of the sheet", note, columns, rows, shown=False)


def _by_origin(case: Case) -> Iterator[Table]:
    columns = (
        Column("product", "Product"),
        Column("importer", "Market"),
        Column("run", "Run"),
        Column("policy", "Policy"),
        Column("origin", "Origin"),
        Column("unit", "Unit"),
        Column("before", "Before", "count"),
        Column("after", "After", "count"),
        Column("quantity", "Quantity", "rate", "%", signed=True),
        Column("border_price", "Price at the border", "rate", "%", signed=True),
        Column("buyer_price", "Price to buyers", "rate", "%", signed=True),
        Column("duty", "Duty after", "rate", "mn USD"),
        Column("markup", "State mark-up after", "rate", "mn USD"),
        Column("receipts", "Sellers' receipts", "rate", "mn USD", signed=True),
    )
    rows, kept = [], []
    for horizon, product, policy, found in _all(case):
        here = [_origin(case, (product, horizon, policy), found, row) for row in report_rows(found)]
        rows += here
        if policy in ("no-deal", case.final_offer_of(case.answerer)) and _matters(found):
            kept += here
    note = f"{_AGAINST}; origins below half a per cent of spending are added up."
    yield table("product-origins", "Products by origin, all", note, columns, rows, shown=False)
    note += " Products that move by one per cent or more; the others are in the files."
    yield table("origins", "Products by origin, with no deal and under the final offer", note, columns, kept)


def _matters(found: ProductEffects) -> bool:
    row = summary_row(found)
    return any(abs(float(row[key])) >= LARGE for key in ("price to buyers (%)", "imports (%)"))


def _origin(
    case: Case, key: tuple[str, str, str], found: ProductEffects, row: dict[str, str | float]
) -> tuple[Cell, ...]:
    product, horizon, policy = key
    return (
        *(product, case.names.region(found.market.importer), horizon, case.title(policy)),
        *(case.names.region(str(row["origin"])), row["unit"]),
        *(row["quantity before"], row["quantity after"], row["quantity (%)"]),
        *(row["border price (%)"], row["buyer price (%)"], row["duty after (USD million)"]),
        *(row["mark-up after (USD million)"], row["receipts (USD million)"]),
    )


def _consumers(case: Case) -> Table:
    columns = (
        Column("place", "Place"),
        Column("policy", "Policy"),
        Column("group", "Group of goods"),
        Column("share", "Share of consumption", "rate", "%"),
        Column("price", "Price over the home index", "percent", signed=True),
        Column("price_wage", "Price over the home wage", "percent", signed=True),
        Column("imported", "Imported, after", "rate", "%"),
        Column("choice_before", "Equal origins before", "number"),
        Column("choice_after", "Equal origins after", "number"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            *(case.names.region(region), case.title(policy), row["group"]),
            *(row["share of consumption (%)"], row["price over home index (%)"], row["price over home wage (%)"]),
            *(row["imported after (%)"], row["equal origins before"], row["equal origins after"]),
        )
        for region, by_policy in case.analysis.consumers.items()
        for policy, frame in by_policy.items()
        for row in frame.iter_rows(named=True)
    ]
    note = (
        "Against the law before any measure, in the long run. Choice is the number of equally large origins that would "
        f"be as concentrated, 1 over the sum of squared shares. {NOT_SHOWN}"
    )
    return table("consumers", "What people pay, and how much choice they have", note, columns, rows)
