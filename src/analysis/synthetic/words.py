"""The words a synthetic client uses: one `Vocabulary` per language, read by every table that holds text."""

from dataclasses import dataclass

from analysis.synthetic.truth import Language


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """Labels and text templates in one language.

    Parameters
    ----------
    currency, foreign_currency
        Of the audit, and of the foreign customers.
    waves, segments, regions, industries, levels, channels, tiers, stages
        Labels in the order of their codes; `stages` are those of an opportunity, won and lost last.
    customer_stages
        Labels of prospect, active, dormant and lost customers.
    firm_first, firm_middle, firm_last
        Parts of the names of fictitious firms.
    partner_first, partner_last
        The same for dealers.
    categories
        Product category -> its products.
    business_units
        Business unit of each category, in order.
    topics, subjects
        Topics of contacts, and of opportunities.
    feedback_kinds, severities, feedback_channels
        Labels; kinds are complaint, praise, suggestion, question, interview.
    remarks
        Topic -> (positive sentences, negative sentences); `{product}` and `{days}` are filled in.
    openings, closings
        Sentences that may stand before and after a remark: (after praise, after criticism).
    questions, suggestions, interviews
        Sentences of those kinds.
    renewals, directions
        Labels of a contract's renewal (automatic, negotiated) and of a contact's direction (outgoing, incoming).
    agreement, intention, contentment
        Answers in words, worst first: seven steps of agreement, seven of intention, five of satisfaction.
    joiner
        What stands between two sentences.
    outcomes
        Labels of an invitation's outcome: completed, no answer, refused, not reached.
    """

    currency: str
    foreign_currency: str
    waves: tuple[str, ...]
    segments: tuple[str, ...]
    regions: tuple[str, ...]
    industries: tuple[str, ...]
    levels: tuple[str, ...]
    channels: tuple[str, ...]
    tiers: tuple[str, ...]
    stages: tuple[str, ...]
    customer_stages: tuple[str, ...]
    firm_first: tuple[str, ...]
    firm_middle: tuple[str, ...]
    firm_last: tuple[str, ...]
    partner_first: tuple[str, ...]
    partner_last: tuple[str, ...]
    categories: dict[str, tuple[str, ...]]
    business_units: tuple[str, ...]
    topics: tuple[str, ...]
    feedback_kinds: tuple[str, ...]
    severities: tuple[str, ...]
    feedback_channels: tuple[str, ...]
    remarks: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    openings: tuple[tuple[str, ...], tuple[str, ...]]
    closings: tuple[tuple[str, ...], tuple[str, ...]]
    questions: tuple[str, ...]
    suggestions: tuple[str, ...]
    interviews: tuple[str, ...]
    renewals: tuple[str, ...]
    directions: tuple[str, ...]
    agreement: tuple[str, ...]
    intention: tuple[str, ...]
    contentment: tuple[str, ...]
    joiner: str
    outcomes: tuple[str, ...]


def vocabulary(language: Language) -> Vocabulary:
    """Return the words of `language`."""
    if language == "zh":
        from analysis.synthetic.words_zh import CHINESE

        return CHINESE
    from analysis.synthetic.words_en import ENGLISH

    return ENGLISH
