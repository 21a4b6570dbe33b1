"""Tables of products by origin: who sells what, at which price, who is displaced."""

from __future__ import annotations

from collections.abc import Iterator

from dealspace.outcomes.products import ProductEffects, report_rows, summary_row
from dealspace.report.reading import Case
from dealspace.report.table import Column, Table, table

_AGAINST = (
    "Changes against the base year's law in the long run, top-down from the sector's solution; prices are relative to "
    "the home price index"
)


def product_tables(case: Case) -> Iterator[Table]:
    """Yield a line a product, and every product by origin, for each policy."""
    if case.analysis.products:
        yield _summary(case)
        yield _by_origin(case)


def _all(case: Case) -> Iterator[tuple[str, str, ProductEffects]]:
    for product, by_policy in case.analysis.products.items():
        yield from ((product, policy, found) for policy, found in by_policy.items() if policy != "before")


def _summary(case: Case) -> Table:
    columns = (
        Column("product", "Product"),
        Column("importer", "Market"),
        Column("policy", "Policy"),
        Column("price", "Price to buyers", "percent", signed=True),
        Column("imports", "Imports", "percent", signed=True),
        Column("duty", "Duty", "number", "mn USD", signed=True),
        Column("markup", "State mark-up", "number", "mn USD", signed=True),
        Column("rents", "Other rents", "number", "mn USD", signed=True),
        Column("displaced", "Most displaced"),
        Column("gap", "Adding-up gap", "percent", signed=True),
    )
    rows = []
    for product, policy, found in _all(case):
        row = summary_row(found)
        rows.append(
            (
                *(product, case.names.region(str(row["importer"])), case.title(policy)),
                *(row["price to buyers (%)"], row["imports (%)"], row["duty (USD million)"]),
                *(row["mark-up (USD million)"], row["rents (USD million)"], row["most displaced"]),
                row["adding-up gap (%)"],
            )
        )
    note = f"{_AGAINST}. The gap is what products do not add up to in their sector's solution, of base spending."
    return table("products", "Products: prices, imports, duty", note, columns, rows)


def _by_origin(case: Case) -> Table:
    columns = (
        Column("product", "Product"),
        Column("importer", "Market"),
        Column("policy", "Policy"),
        Column("origin", "Origin"),
        Column("unit", "Unit"),
        Column("before", "Before", "number"),
        Column("after", "After", "number"),
        Column("quantity", "Quantity", "percent", signed=True),
        Column("border_price", "Price at the border", "percent", signed=True),
        Column("buyer_price", "Price to buyers", "percent", signed=True),
        Column("duty", "Duty after", "number", "mn USD"),
        Column("markup", "State mark-up after", "number", "mn USD"),
        Column("receipts", "Sellers' receipts", "number", "mn USD", signed=True),
    )
    rows = []
    for product, policy, found in _all(case):
        importer = case.names.region(found.market.importer)
        for row in report_rows(found):
            rows.append(
                (
                    *(product, importer, case.title(policy), case.names.region(str(row["origin"])), row["unit"]),
                    *(row["quantity before"], row["quantity after"], row["quantity (%)"]),
                    *(row["border price (%)"], row["buyer price (%)"], row["duty after (USD million)"]),
                    *(row["mark-up after (USD million)"], row["receipts (USD million)"]),
                )
            )
    note = f"{_AGAINST}; origins below half a per cent of spending are added up."
    return table("product-origins", "Products by origin", note, columns, rows)
