"""Growth by fiscal year as a table: both years, every source that is not nil, growth with its interval."""

import pytest

from analysis.document.bridge_table import tabulate_fiscal_bridge
from analysis.document.translate import Translator
from analysis.indicators.shapes import GrowthBridge
from analysis.results import Estimate

BRIDGE = GrowthBridge(
    earlier_label="2023-04-01/2024-03-31", later_label="2024-04-01/2025-03-31", earlier=220.0, later=240.0, new=30.0,
    returned=0.0, expanded=50.0, contracted=-20.0, lost=-40.0, unattributed=0.0,
    customers={"new": 3, "returned": 0, "expanded": 5, "contracted": 2, "unchanged": 0, "lost": 4},
    goods_returned=(0.0, 0.0),
    growth=Estimate(value=0.09, low=0.01, high=0.18, n=14, method="bootstrap-t", unit="proportion"),
)  # fmt: skip


@pytest.mark.parametrize(("language", "names"), [("en", ["New", "Bought more", "Bought less", "Lost"]),
                                                ("zh", ["新客户", "增加采购", "减少采购", "流失"])])  # fmt: skip
def test_rows_are_the_years_and_what_lies_between(language, names):
    table = tabulate_fiscal_bridge(BRIDGE, Translator(language, "EUR"))
    assert [row[0] for row in table.rows[1:-1]] == names
    assert [row[1] for row in table.rows[1:-1]] == ["3", "5", "2", "4"]
    assert "2024" in table.rows[0][0]
    assert "2025" in table.rows[-1][0]
    assert table.emphasis == (0, 5)
    assert "9" in table.notes[0]
    assert "18" in table.notes[0]
