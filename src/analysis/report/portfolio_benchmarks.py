"""The bands of a portfolio as files that may be passed on: no client is named, and their number is given as a class.

``benchmarks.yml`` holds one list for all clients and one an industry, each in the form of the parameter ``benchmarks``.
"""

import io
import json
from typing import Any

from ruamel.yaml import YAML

from analysis.document.portfolio.words import class_words, industry_name
from analysis.document.translate import Translator
from analysis.messages import N_
from analysis.portfolio.bands import quotable
from analysis.portfolio.shapes import Band, Portfolio

ALL = "all clients"
"""Key of the list over all clients; no industry is called so, because none holds a blank."""


def render_benchmarks_json(portfolio: Portfolio, t: Translator) -> str:
    """Return every band of an indicator, for software."""
    bands = [_plain(band, t) for band in quotable(portfolio.bands)]
    return json.dumps({"schema_version": "1.0", "bands": bands}, ensure_ascii=False, indent=1) + "\n"


def _plain(band: Band, t: Translator) -> dict[str, Any]:
    numbers = band.numbers
    if numbers is None:
        raise ValueError(f"a band without numbers is not published: {band.measure}")
    return {
        "industry": band.industry,
        "indicator": band.measure,
        "name": t(band.name),
        "unit": band.unit,
        "edition": band.edition,
        "clients": [numbers.fewest, numbers.most],
        **{key: getattr(numbers, key) for key in ("p10", "p25", "p50", "p75", "p90", "step")},
    }


def render_benchmarks_yaml(portfolio: Portfolio, t: Translator) -> str:
    """Return the bands as lists that a parameter file can take under its key ``benchmarks``."""
    lists: dict[str, list[dict[str, Any]]] = {}
    for band in quotable(portfolio.bands):
        lists.setdefault(band.industry or ALL, []).append(benchmark_entry(band, t))
    comments = (
        N_("Benchmark bands of clients' relationship audits: the middle client, with the middle half as low and high."),
        N_("Copy the list of your industry under benchmarks: in the parameters of an audit."),
        N_("Values are rounded, and the number of clients is a class, so that no client can be told from them."),
    )
    head = "".join(f"# {t(comment)}\n" for comment in comments)
    writer, stream = YAML(), io.StringIO()
    writer.width = 120
    writer.dump(lists, stream)
    return head + stream.getvalue()


def benchmark_entry(band: Band, t: Translator) -> dict[str, Any]:
    """Return a band as an entry of the parameter ``benchmarks``."""
    numbers = band.numbers
    if numbers is None:
        raise ValueError(f"a band without numbers is not published: {band.measure}")
    source = N_("portfolio, {industry:message}, {clients:message} clients",
                industry=industry_name(band.industry), clients=class_words(numbers))  # fmt: skip
    return {
        "indicator": band.measure,
        "value": numbers.p50,
        "low": numbers.p25,
        "high": numbers.p75,
        "source": str(t(source)),
        "year": int(band.edition[:4]),
    }
