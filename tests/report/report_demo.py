"""A realistic audit document, made of every kind of block, as an executed notebook in memory."""

from functools import cache
from io import StringIO
from pathlib import Path

import matplotlib as mpl
import nbformat
import numpy as np
from matplotlib import font_manager
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.document.blocks import (
    ActionItem,
    ActionList,
    Block,
    BulletList,
    Callout,
    Chapter,
    Column,
    Cover,
    Figure,
    Heading,
    Markdown,
    Prose,
    Scorecard,
    ScoreCell,
    Table,
)
from analysis.document.fonts import figure_font_families, figure_font_paths

LABELS = {
    "en": {
        "contents": "Contents",
        "page_of": "Page {page} of {pages}",
        "skip_to_content": "Skip to content",
        "figure": "Figure",
        "table": "Table",
        "as_of": "As of",
        "prepared_by": "Prepared by",
        "commentary": "Commentary",
        "level": "Level",
        "effect": "Effect",
        "who": "Owner",
        "effort": "Effort",
        "figure_data": "Data of this figure",
        "replaced_characters": "{count} characters that no font of this report holds are shown as □.",
    },
    "zh": {
        "contents": "目录",
        "page_of": "第 {page} 页，共 {pages} 页",
        "skip_to_content": "跳至正文",
        "figure": "图",
        "table": "表",
        "as_of": "截至",
        "prepared_by": "编制：",
        "commentary": "顾问点评",
        "level": "等级",
        "effect": "预期效果",
        "who": "负责人",
        "effort": "投入",
        "figure_data": "图表数据",
        "replaced_characters": "有 {count} 个字符无可用字体，以 □ 代替。",
    },
}

WORDS = {
    "en": {
        "client": "Northwind Components",
        "title": "Customer relationship audit",
        "subtitle": "How satisfaction, loyalty and repeat purchase developed in 2025",
        "as_of": "31 December 2025",
        "by": "Meridian Advisory",
        "confidential": "Confidential",
        "summary": "Summary",
        "changed": "What changed",
        "lead": "The relationship is good and has held its level: 68 of 100 points, level B, with no change since the spring wave that the data can tell from noise.",
        "text": "Among the 412 accounts that answered, 74% are satisfied or very satisfied (95% interval 69% to 78%). Accounts served through dealers score lower than direct ones by 6 points, and the difference is larger than what chance would produce at this sample size. Repeat purchase within 90 days stands at 41%, against 43% a year earlier.",
        "chapters": [
            "Satisfaction",
            "Loyalty",
            "Value",
            "Interaction",
            "Depth and breadth",
            "What drives loyalty",
            "Repeat purchase",
            "Method",
            "Data quality",
            "Definitions",
        ],
        "dimensions": ["Satisfaction", "Loyalty", "Value", "Interaction", "Depth and breadth"],
        "detail": "95% interval {a} to {b}, n = 412",
        "change": "no clear change",
        "rose": "rose by 3.1 points",
        "finding": "Dealers serve their accounts less well than our own team does",
        "table": "Satisfaction by segment, latest wave",
        "columns": ["Segment", "Accounts", "Mean", "95% interval", "Change"],
        "segments": [
            "Machine builders",
            "Energy and utilities",
            "Food and beverages",
            "Automotive suppliers",
            "Public sector",
            "All accounts",
        ],
        "note": "Intervals are clustered by account; groups of fewer than five respondents are not shown.",
        "caption": "Top-two-box share with 95% interval; n = 412 respondents of 236 accounts.",
        "axis": "share satisfied",
        "limits": "What cannot be concluded",
        "limit_items": [
            "Whether dealers cause the lower scores: the accounts they serve are smaller and newer.",
            "Anything about accounts that did not answer (response rate 38%).",
        ],
        "caution": "Read with care",
        "caution_items": [
            "The autumn wave used a new sampling frame; its trend is bridged by the questions common to both."
        ],
        "note_title": "How to read the bars",
        "actions": "Three actions worth most",
        "action": [
            (
                "Answer every complaint within two working days",
                "Complaints left open for more than five days go with 11 points lower satisfaction.",
                "Head of service",
                "+1.4 to +3.2 points",
                "Medium",
            ),
            (
                "Visit the twelve key accounts that nobody saw this year",
                "Twelve of thirty key accounts had no contact above operating level in 2025.",
                "Key account managers",
                "EUR 0.4m to 1.1m at risk",
                "Low",
            ),
            (
                "Bring dealer service up to the standard of the own team",
                "Accounts served by dealers score 6 points lower.",
                "Channel manager",
                "+0.8 to +2.6 points",
                "High",
            ),
        ],
        "markdown": "## What we heard in the interviews\n\nThe *tone* has **changed**: purchasing now asks for `delivery promise` before price. See [the guideline](https://example.org/guide?a=1&b=2).\n\n> Nobody told us the order was late.\n\n1. Keep the weekly call.\n2. Publish the delivery promise.\n\n| Region | Visits |\n|---|---:|\n| North | 14 |\n| South | 9 |\n",
        "byline": "Engagement team",
    },
    "zh": {
        "client": "北辰精密部件有限公司",
        "title": "客户关系审计报告",
        "subtitle": "2025 年客户满意度、忠诚度与复购的变化",
        "as_of": "2025年12月31日",
        "by": "经纬咨询",
        "confidential": "机密",
        "summary": "摘要",
        "changed": "发生了哪些变化",
        "lead": "客户关系总体良好，并保持稳定：得分 68 分（满分 100 分），等级 B；与春季调查相比，数据无法区分出真实变化与随机波动。",
        "text": "在作答的 412 家客户中，74% 表示“满意”或“非常满意”（95% 区间为 69% 至 78%）。由经销商服务的客户得分比直营客户低 6 分，这一差距超出了该样本量下随机波动所能解释的范围。90 天内的复购率为 41%，上年同期为 43%。",
        "chapters": [
            "满意度",
            "忠诚度",
            "客户价值",
            "互动",
            "深度与广度",
            "忠诚度的驱动因素",
            "复购",
            "方法",
            "数据质量",
            "定义",
        ],
        "dimensions": ["满意度", "忠诚度", "客户价值", "互动", "深度与广度"],
        "detail": "95% 区间 {a} 至 {b}，n = 412",
        "change": "无明显变化",
        "rose": "上升 3.1 分",
        "finding": "经销商服务的客户满意度低于直营团队",
        "table": "各细分市场的满意度（最近一次调查）",
        "columns": ["细分市场", "客户数", "均值", "95% 区间", "变化"],
        "segments": ["机械制造", "能源与公用事业", "食品饮料", "汽车零部件", "公共部门", "全部客户"],
        "note": "区间按客户聚类计算；不足五名受访者的分组不予显示。",
        "caption": "前两项占比及 95% 区间；n = 236 家客户的 412 名受访者。",
        "axis": "满意占比",
        "limits": "哪些结论无法得出",
        "limit_items": [
            "经销商是否导致得分较低：其所服务的客户规模较小、合作时间较短。",
            "未作答客户的任何情况（回复率为 38%）。",
        ],
        "caution": "请谨慎解读",
        "caution_items": ["秋季调查采用了新的抽样框，趋势以两次调查共有的题目衔接。"],
        "note_title": "如何阅读图中的条形",
        "actions": "最值得采取的三项行动",
        "action": [
            (
                "两个工作日内答复每一起投诉",
                "超过五天未解决的投诉对应的满意度低 11 分。",
                "服务总监",
                "+1.4 至 +3.2 分",
                "中",
            ),
            (
                "拜访今年无人拜访的十二家重点客户",
                "三十家重点客户中有十二家在 2025 年没有操作层以上的接触。",
                "重点客户经理",
                "40 万至 110 万元的风险收入",
                "低",
            ),
            (
                "将经销商服务提升到直营团队的水平",
                "由经销商服务的客户得分低 6 分。",
                "渠道经理",
                "+0.8 至 +2.6 分",
                "高",
            ),
        ],
        "markdown": "## 访谈中听到的声音\n\n客户的*语气*已经**改变**：采购部门现在先问 `交付承诺`，再谈价格。参见[指南](https://example.org/guide?a=1&b=2)。\n\n> 没有人告诉我们订单会延误。\n\n1. 保持每周例会。\n2. 公布交付承诺。\n\n| 区域 | 拜访次数 |\n|---|---:|\n| 北区 | 14 |\n| 南区 | 9 |\n",
        "byline": "项目组",
    },
}


def make_cover(language: str = "en", **changes: object) -> Cover:
    words = WORDS[language]
    values = {
        "client": words["client"],
        "title": words["title"],
        "subtitle": words["subtitle"],
        "as_of": words["as_of"],
        "language": language,
        "accent": "#1f5a7a",
        "date_iso": "2025-12-31",
        "prepared_by": words["by"],
        "confidentiality": words["confidential"],
        "labels": LABELS[language],
    }
    return Cover(**(values | changes))


@cache
def draw_svg(language: str, seed: int, texts: tuple[str, ...] = ()) -> str:
    """Draw a dot-and-interval chart the way the document does: static fonts, text as text, fixed salt, no date."""
    for path in figure_font_paths():
        font_manager.fontManager.addfont(Path(path))
    words = WORDS[language]
    names = texts or tuple(words["segments"])
    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": "x",
        "font.family": figure_font_families(language),
        "font.size": 9,
    }
    with mpl.rc_context(settings | {"axes.spines.top": False, "axes.spines.right": False, "text.parse_math": False}):
        canvas = Canvas(figsize=(6.69, 2.7), layout="constrained")
        axes = canvas.subplots()
        values = np.random.default_rng(seed).uniform(0.55, 0.85, len(names))
        axes.errorbar(
            values, range(len(names)), xerr=0.05, fmt="o", color="#1f5a7a", ecolor="#9db8c7", lw=4, markersize=6
        )
        axes.set_yticks(range(len(names)), names)
        axes.set_xlabel(words["axis"])
        buffer = StringIO()
        FigureCanvasSVG(canvas).print_svg(buffer, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def make_figure(language: str, seed: int = 1) -> Figure:
    words = WORDS[language]
    return Figure(
        title=words["finding"],
        svg=draw_svg(language, seed),
        alt=f"{words['finding']}. {words['caption']}",
        caption=words["caption"],
        data=tuple(
            {words["columns"][0]: name, words["columns"][2]: 0.5 + i / 20} for i, name in enumerate(words["segments"])
        ),
        anchor=f"figure-{seed}",
    )


def make_table(language: str, rows: int = 6) -> Table:
    words = WORDS[language]
    names = [words["segments"][i % 5] for i in range(rows - 1)] + [words["segments"][5]]
    body = tuple(
        (name, f"{17 * (i + 3):,}", f"{7.1 + i / 10:.1f}", "6.8–7.9", f"+{i / 10:.1f}") for i, name in enumerate(names)
    )
    columns = tuple(
        Column(title=title, align="start" if i == 0 else "end", width=2.0 if i == 0 else 1.0)
        for i, title in enumerate(words["columns"])
    )
    return Table(title=words["table"], columns=columns, rows=body, notes=(words["note"],), emphasis=(rows - 1,))


def make_scorecard(language: str) -> Scorecard:
    words = WORDS[language]
    cells = []
    for i, name in enumerate(words["dimensions"]):
        value = 62 + 4 * i
        cells.append(
            ScoreCell(
                label=name,
                value=str(value),
                detail=words["detail"].format(a=value - 5, b=value + 5),
                position=value / 100,
                low=(value - 5) / 100,
                high=(value + 5) / 100,
                level="CBBAB"[i],
                change=words["rose"] if i == 3 else words["change"],
                tone="good" if i == 3 else "neutral",
            )
        )
    headline = ScoreCell(
        label=words["title"],
        value="68",
        detail=words["detail"].format(a=64, b=72),
        position=0.68,
        low=0.64,
        high=0.72,
        level="B",
        change=words["change"],
    )
    return Scorecard(headline=headline, cells=tuple(cells), note=words["note"])


def make_actions(language: str) -> ActionList:
    words = WORDS[language]
    items = tuple(ActionItem(title=t, why=w, who=o, effect=e, effort=f) for t, w, o, e, f in words["action"])
    return ActionList(title=words["actions"], items=items)


def make_summary(language: str) -> Chapter:
    words = WORDS[language]
    return Chapter(
        key="summary",
        blocks=(
            Heading(level=1, text=words["summary"], anchor="summary"),
            Prose(paragraphs=(words["lead"],), lead=True),
            make_scorecard(language),
            Heading(level=2, text=words["changed"], anchor="changed"),
            BulletList(items=tuple(words["limit_items"])),
            make_actions(language),
        ),
    )


def make_chapter(language: str, index: int) -> Chapter:
    words = WORDS[language]
    name = words["chapters"][index]
    blocks: list[Block] = [
        Heading(level=1, text=name, anchor=f"chapter-{index}"),
        Prose(paragraphs=(words["finding"] + ("。" if language == "zh" else "."), words["text"]), lead=True),
        make_figure(language, 10 * index + 1),
        Heading(level=2, text=words["table"], anchor=f"section-{index}"),
        make_table(language, 6 if index % 3 else 40),
        Callout(variant="limits", title=words["limits"], items=tuple(words["limit_items"])),
        Prose(paragraphs=(words["text"], words["text"])),
        make_figure(language, 10 * index + 2),
        Callout(variant="note", title=words["note_title"], items=(words["note"],)),
        BulletList(items=tuple(words["limit_items"])),
        make_table(language, 6),
    ]
    if index == 1:
        blocks.append(Callout(variant="caution", title=words["caution"], items=tuple(words["caution_items"])))
        blocks.append(Markdown(text=words["markdown"], byline=words["byline"]))
    return Chapter(key=name, blocks=tuple(blocks))


def show(value: Block | Chapter) -> nbformat.NotebookNode:
    """Return the code cell that shows a block, executed."""
    bundle = value._repr_mimebundle_()
    return new_code_cell(
        "show(value)  # never in the report", execution_count=1, outputs=[new_output("display_data", data=bundle)]
    )


def make_notebook(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for index, cell in enumerate(cells):
        cell["id"] = f"cell-{index}"
    return new_notebook(cells=list(cells))


def small_notebook(*blocks: Block, language: str = "en", **cover: object) -> nbformat.NotebookNode:
    """Return a notebook with a cover and one chapter of the given blocks."""
    return make_notebook(show(make_cover(language, **cover)), show(Chapter(key="x", blocks=blocks)))


def demo_notebook(language: str = "en") -> nbformat.NotebookNode:
    """Return a whole audit of about thirty pages."""
    cells = [show(make_cover(language)), show(make_summary(language))]
    for index in range(10):
        cells.append(show(make_chapter(language, index)))
        if index == 2:
            cells.append(new_markdown_cell(WORDS[language]["markdown"]))
    return make_notebook(*cells)
