"""The English client's files: an English CRM, a German order system, a survey tool with numbered questions."""

from analysis.synthetic.layout import FileLayout


def _same(names: str) -> dict[str, str]:
    return {name: name for name in names.split()}


_CONTRACTS = _same("customer_id starts_on ends_on value renewal")
_INVITATIONS = _same("wave customer_id respondent_id invited_on channel outcome")
_OPPORTUNITIES = _same("opportunity_id customer_id created_on closed_on stage entered_on amount is_won")
_STAGES = _same("opportunity_id stage entered_on customer_id")
_TARGETS = _same("indicator period value segment account_manager partner_id")
_RATES = _same("currency date rate source")

ENGLISH_FILES = (
    FileLayout(
        table="customers",
        name="customers.xlsx",
        format="xlsx",
        sheet="Accounts",
        columns={
            "customer_id": "Account no.",
            "name": "Account name",
            "parent_id": "Group",
            "segment": "Segment",
            "region": "Region",
            "industry": "Industry",
            "stage": "Status",
            "is_key_account": "Key account",
            "account_manager": "Manager",
            "partner_id": "Dealer",
            "joined_on": "Customer since",
            "ended_on": "Customer until",
            "potential": "Potential (EUR)",
            "planned_revisit_days": "Visit every (days)",
        },
    ),
    FileLayout(table="contracts", name="contracts.csv", columns=_CONTRACTS),
    FileLayout(
        table="survey",
        name="survey-{part}.csv",
        split_by="wave",
        columns={
            "responded_on": "submitted",
            "response_id": "response",
            "customer_id": "account",
            "respondent_id": "contact",
            "respondent_level": "level",
            "wave": "wave",
            "channel": "mode",
            "product_id": "product",
            "sat_overall": "q1",
            "sat_expectations": "q2",
            "recommend": "q3",
            "repurchase_intention": "q4",
            "loyalty": "q5",
            "effort": "q6",
            "product_quality": "q7a",
            "delivery": "q7b",
            "price": "q7c",
            "service": "q7d",
            "digital": "q7e",
            "invoicing": "q7f",
            "marker_layout": "q8",
            "comment": "q9",
        },
    ),
    FileLayout(table="invitations", name="invitations.parquet", format="parquet", columns=_INVITATIONS),
    FileLayout(
        table="transactions",
        name="orders-{part}.csv",
        split_by="ordered_on",
        separator=";",
        decimal=",",
        date_format="%d.%m.%Y",
        columns={
            "customer_id": "Customer",
            "ordered_on": "Order date",
            "order_id": "Order",
            "line_id": "Line",
            "product_id": "Product",
            "quantity": "Qty",
            "amount": "Amount",
            "currency": "Currency",
            "tax_included": "Incl. VAT",
            "margin": "Margin",
            "category": "Category",
            "business_unit": "Unit",
            "region": "Region",
            "partner_id": "Dealer",
            "account_manager": "Manager",
        },
    ),
    FileLayout(
        table="interactions",
        name="contacts.csv.gz",
        format="csv.gz",
        columns=_same("customer_id occurred_on channel direction contact_id contact_level thread_id topic"),
    ),
    FileLayout(
        table="feedback",
        name="feedback.csv",
        encoding="utf-8-sig",
        columns=_same(
            "feedback_id received_on text customer_id channel kind severity responded_on resolved_on"
            " resolution_rating partner_id"
        ),
    ),
    FileLayout(table="opportunities", name="opportunities.csv", columns=_OPPORTUNITIES),
    FileLayout(table="opportunity_stages", name="opportunity_stages.csv", columns=_STAGES),
    FileLayout(table="partners", name="dealers.csv", columns=_same("partner_id name tier region")),
    FileLayout(table="targets", name="targets.csv", columns=_TARGETS),
    FileLayout(table="rates", name="exchange_rates.csv", columns=_RATES),
)
