"""What the bundle says about itself: meaning of the columns, what was changed, and who could still find whom."""

from collections.abc import Mapping

from analysis.messages import N_, Message
from analysis.params.model import ClientParams
from analysis.report.replication.cells import SmallCells
from analysis.report.replication.extract import OTHERS, Release

TABLE_NAMES: Mapping[str, Message] = {
    "survey": N_("Answers, one row a response"),
    "customers": N_("Customers who answered"),
    "transactions": N_("Orders and returns, one row a customer and day"),
    "analysis_loyalty": N_("Rows and columns of the regression of loyalty"),
    "analysis_repurchase": N_("Rows and columns of the regressions of buying again"),
}
MEANINGS: Mapping[str, Message] = {
    "response_id": N_("Code of the response"),
    "responded_on": N_("Day of the answer"),
    "customer_id": N_("Code of the customer"),
    "respondent_id": N_("Code of the respondent"),
    "wave": N_("Wave of the survey"),
    "weight": N_("Survey weight"),
    "respondent_level": N_("Level of the respondent in the customer's company"),
    "touchpoint": N_("Number of the response of this respondent in this wave"),
    "segment": N_("Code of the customer's segment"),
    "is_key_account": N_("Whether the customer is a key account"),
    "joined_on": N_("Day on which the customer joined"),
    "parent_id": N_("Code of the group of companies"),
    "ordered_on": N_("Day of the order or return"),
    "is_return": N_("Whether the row is a return"),
    "amount": N_("Amount without VAT, multiplied by a constant that is not stored"),
    "account": N_("Code of the customer, or of the respondent where there is none: the cluster of the errors"),
    "group": N_("Code of the group of companies, or of the customer where there is none: the cluster of the errors"),
    "loyalty_index": N_("Loyalty index, mean of the questions about loyalty"),
    "ordered_answer": N_("Answer to the main loyalty question, rare answers merged, counted from 0"),
    "bought": N_("1 where the customer bought again within the horizon"),
}
QUESTION = N_("Answer to a question")
PREDICTOR = N_("Column of the design")
HIGHER = N_("higher is better")
TURNED = N_("turned: asked as lower is better, stored as higher is better")
EMPTY = N_("empty where there is no answer")
EMPTY_VALUE = N_("empty where unknown")
UNITS: Mapping[str, Message] = {
    "responded_on": N_("date"),
    "joined_on": N_("date"),
    "ordered_on": N_("date"),
    "amount": N_("currency of the audit, times the constant"),
    "loyalty_index": N_("points of 100"),
}


NOT_AMONG_THE_TABLES = N_(
    "Not among the tables is what better performance would add to the lifetime value of customers (lifetime_uplift of"
    " the audit): it takes the orders of every customer, also of those who never answered."
)


def describe_changes(release: Release, params: ClientParams) -> list[Message]:
    """Return what was changed so that nobody is named, one paragraph a change."""
    said = [
        N_(
            "Left out: names, comments, channels, products, partners, managers, regions, categories, invitations,"
            " contacts, contracts, and every question that no model reads."
        ),
        N_("Ids are replaced by random codes; which code stands for whom is stored nowhere."),
        NOT_AMONG_THE_TABLES,
    ]
    said += _codes_and_days(release)
    if "segment" in release.tables.get("customers", ()):
        said.append(N_("Segments are numbered in the alphabetical order of their names: S1, S2 ..."))
    if "transactions" in release.tables:
        said.append(
            N_(
                "Orders are added up by customer and day; amounts are multiplied by one constant that is not stored, so"
                " amounts of money differ from those of the audit by this constant, and shares do not. Whoever knows"
                " one true amount knows the constant."
            )
        )
        if OTHERS in set(release.tables["transactions"]["customer_id"]):
            said.append(
                N_(
                    "The orders of customers who never answered are added up by day under the code {code:text}: the"
                    " models need to know how far the record of orders reaches.",
                    code=OTHERS,
                )
            )
    if params.survey is not None and params.survey.confidentiality != "attributed" and release.edition == "full":
        said.append(
            N_(
                "Respondents were promised that answers are shown in aggregate only. This edition puts them beside"
                " order days: it is for controlled access and must not be published."
            )
        )
    return said


def _codes_and_days(release: Release) -> list[Message]:
    """Return what became of the ids' order and of the days."""
    if release.edition == "full":
        return [
            N_(
                "The codes sort as the ids did, because draws and folds of the models depend on that order. It gives"
                " away the alphabetical order of the ids: who knows a customer's number can guess about where its code"
                " stands, and who holds the complete list of those who answered can put it beside the codes."
            ),
            N_(
                "Days are kept: the models need the time between answers and orders, and a common shift would be undone"
                " by anybody who knows when a wave was asked."
            ),
        ]
    return [
        N_(
            "The codes are shuffled. Draws and folds therefore fall on other customers than in the study, and"
            " numbers that rest on them differ a little from those of the study."
        ),
        N_(
            "Orders are left out, because a customer knows its own and could find the answers of its people. What"
            " the models say about buying cannot be computed from this edition."
        ),
        N_(
            "The day of an answer is that of the first answer of its wave; the day on which a customer joined is"
            " the middle one of at least {floor:int} customers of its segment who joined about then.",
            floor=release.cells.floor,
        ),
    ]


def describe_risks(release: Release, params: ClientParams) -> list[Message]:
    """Return plainly who could still find whom."""
    if release.edition == "full":
        agreed = params.survey is not None and params.survey.confidentiality == "attributed"
        consent = N_(
            "Respondents agreed that their answers are shown inside the client's company: whether this edition may"
            " leave it is for the client and for them to say."
        )
        return [
            *([consent] if agreed else []),
            N_(
                "Somebody who holds the client's tables can find every customer again by its order days, and through"
                " the customer its respondents: the data are pseudonymous, not anonymous."
            ),
            N_("A customer that compares its own orders with these finds its own code, and the answers of its people."),
            N_("Without order records nothing but segment, key account, level and the day of joining tells customers."),
        ]
    return [
        N_(
            "Somebody who holds the client's survey can find a respondent again by the answers themselves; somebody who"
            " holds only the client's list of customers can narrow a customer down to a few by segment, key account and"
            " about when it joined."
        ),
        N_("Without the client's own tables an answer cannot be joined to a customer by number, order or date."),
        N_(
            "Who knows which people of a customer answered in which waves can narrow their answers down, as in any data"
            " in which answers of one customer are known to belong together."
        ),
    ]


def describe_cells(cells: SmallCells) -> list[Message]:
    """Return what the check of small groups found."""
    said = [
        N_(
            "Groups by segment, key account and level: {groups:int}, with {people:int} people. Groups of fewer than"
            " {floor:int} people: {small:int}, with {few:int} people.",
            groups=cells.groups,
            people=cells.people,
            floor=cells.floor,
            small=cells.small_groups,
            few=cells.small_people,
        )
    ]
    if cells.merged:
        said.append(
            N_(
                "Merged for people in such groups: {columns:list}. People left in a group that small: {left:int}.",
                columns=[MEANINGS[column] for column in cells.merged],
                left=cells.left_people,
            )
        )
    elif cells.small_people:
        said.append(N_("Nothing was merged in this edition, so that every table of the bundle is reproduced."))
    return said


CODEBOOK = N_("Codebook")
CHANGES = N_("What was changed so that nobody is named")
RISKS = N_("Who could still find whom")
GROUPS = N_("Small groups")
HEADINGS = (
    N_("Column"),
    N_("Role"),
    N_("Meaning"),
    N_("Scale or unit"),
    N_("n"),
    N_("Missing"),
    N_("Values"),
)
TITLE = N_("Replication data of a study of satisfaction and loyalty")
CONTENT = N_("What it holds")
RUN = N_("How to run it")
AGREEMENT = N_("How far the tables are those of the study")
VERSIONS = N_("Versions")
LICENCE = N_("Licence")
FILES = (
    ("data/", N_("the de-identified data, described in codebook.md and codebook.csv")),
    ("params.yml", N_("what the models read of the client's declarations: questions, hypotheses, seed, draws, limits")),
    (
        "tables/",
        N_(
            "every table of the study, and in audit-*.csv the numbers of the audit's models, without what better"
            " performance would add to lifetime value"
        ),
    ),
    ("reproduce.py", N_("recomputes every table with the project's own models and compares")),
    (
        "independent.py",
        N_("recomputes the main regressions with pandas, numpy, scipy and statsmodels alone and compares"),
    ),
    ("manifest.json", N_("SHA-256 of every file")),
)
HOW = N_(
    "In the environment of the project relationship-audit: `python reproduce.py`, then `python independent.py`. Each"
    " prints what agrees and ends with 1 where a number does not."
)
LICENCE_NOTE = N_(
    "The data belong to the client and to those who answered; this bundle grants no right to publish them or to try to"
    " find anybody in them. Agree on a licence with the client before it is passed on."
)


def describe_agreement(release: Release, numbers: int, agreeing: int) -> Message:
    """Return how many numbers of the client's own tables the bundle's tables have.

    Parameters
    ----------
    release
        What is exported.
    numbers, agreeing
        Numbers compared when the bundle was made, and those that agree.
    """
    if release.edition == "full":
        return N_(
            "When the bundle was made, all {numbers:int} numbers computed from it agreed with those computed from the"
            " client's own data (amounts of money aside, which differ by the constant). The tables are those computed"
            " from the bundle.",
            numbers=numbers,
        )
    return N_(
        "The tables are computed from this protected edition, and the scripts reproduce them. Of the {numbers:int}"
        " numbers that can be put beside those from the client's own data, {agreeing:int} agree to eight digits; the"
        " others differ because of what was changed.",
        numbers=numbers,
        agreeing=agreeing,
    )
