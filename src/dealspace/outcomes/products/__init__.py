"""Products by origin under an equilibrium: quantities, prices, duty, quotas, who is displaced.

`product_effects` works on one `Market`; `load_market` knows the built-in ones, `market_from_lines` makes one of any
product that the world's lines know. Home supply, other origins and elasticities carry what they rest on.
"""

from dealspace.outcomes.products.clearing import Cleared, Setting, clear
from dealspace.outcomes.products.data import list_markets, load_market, market_from_lines, sigma_of, with_home
from dealspace.outcomes.products.effects import Money, ProductEffects, base_money, product_effects, split_money
from dealspace.outcomes.products.market import OTHERS, Market, MarketQuota, Source
from dealspace.outcomes.products.shares import country_shares
from dealspace.outcomes.products.sheet import effects_under, quotas_under, rates_under, wedges_under
from dealspace.outcomes.products.table import (
    SHOWN,
    effects_of,
    market_of,
    origin_table,
    products,
    report_rows,
    summary_row,
)

__all__ = [
    "OTHERS",
    "SHOWN",
    "Cleared",
    "Market",
    "MarketQuota",
    "Money",
    "ProductEffects",
    "Setting",
    "Source",
    "base_money",
    "clear",
    "country_shares",
    "effects_of",
    "effects_under",
    "list_markets",
    "load_market",
    "market_from_lines",
    "market_of",
    "origin_table",
    "product_effects",
    "products",
    "quotas_under",
    "rates_under",
    "report_rows",
    "sigma_of",
    "split_money",
    "summary_row",
    "wedges_under",
    "with_home",
]
