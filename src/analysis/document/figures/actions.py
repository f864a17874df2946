"""The revenue of the customers whom each action concerns: one bar an action, its title above it."""

from collections.abc import Sequence

from analysis.actions import Action
from analysis.document.blocks import Figure
from analysis.document.figures.base import AXIS_HEIGHT, figure_block, figure_drawing, style_value_axis
from analysis.document.theme import GREY, INK, Theme
from analysis.document.translate import Translator
from analysis.document.visible import clean_text
from analysis.messages import N_, NP_, Message

MOST = 8
ROW = 0.36  # inches: a line of text and its bar
BAR = 0.34  # of a row
LONGEST = 84


def plot_actions(actions: Sequence[Action], finding: Message, t: Translator, theme: Theme) -> Figure | None:
    """Return the revenue concerned by the first actions; None where fewer than two concern customers with revenue."""
    known = [(action, action.revenue) for action in actions if action.revenue is not None and action.revenue > 0]
    shown = known[:MOST]
    if len(shown) < 2:
        return None
    titles = [clean_text(t(action.title), LONGEST) for action, _ in shown]
    amounts = [revenue for _, revenue in shown]
    notes = [_note(action, revenue, t) for action, revenue in shown]
    with figure_drawing(theme, "actions", AXIS_HEIGHT + ROW * len(shown)) as sheet:
        ax = sheet.ax
        ax.barh(range(len(shown)), amounts, height=BAR, color=theme.color, linewidth=0, zorder=2)
        for row, (title, amount, note) in enumerate(zip(titles, amounts, notes, strict=True)):
            ax.annotate(title, (0, row - BAR / 2), xytext=(0, 2), textcoords="offset points", va="bottom", color=INK)
            ax.annotate(note, (amount, row), xytext=(4, 0), textcoords="offset points", va="center", color=GREY)
        ax.set_yticks([])
        ax.set_ylim(len(shown) - 0.6, -0.85)
        ax.set_xlim(0, max(amounts) * 1.28)  # room for the note at the longest bar
        ax.spines["left"].set_visible(False)
        style_value_axis(
            ax, "x", "money", t, t(N_("Revenue of the customers concerned, {currency:text}", currency=t.currency))
        )
        ax.grid(visible=False)
    listing = t.listing(f"{title}: {note}" for title, note in zip(titles, notes, strict=True))
    more = len(known) - len(shown)
    return figure_block(
        sheet, t,
        title=finding,
        alt=t.sentences(N_("Bar chart of the revenue of the customers whom each action concerns."), listing),
        caption=t.sentences(
            N_("Full counts of the client's own records, so without intervals; a customer may be in several bars."),
            *([NP_("The table has one more.", "The tables have {count:int} more.", more)] if more else []),
        ),
        data=[{"label": title, "value": amount} for title, amount in zip(titles, amounts, strict=True)],
    )  # fmt: skip


def _note(action: Action, revenue: float, t: Translator) -> str:
    amount = t.unit(revenue, "money")
    if action.customers is None:
        return amount
    return t(
        NP_("{amount:text}, one customer", "{amount:text}, {count:int} customers", action.customers, amount=amount)
    )
