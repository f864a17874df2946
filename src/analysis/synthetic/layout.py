"""Which files the synthetic clients send: names, formats, and what the client calls its columns."""

from dataclasses import dataclass, field
from typing import Literal

from analysis.synthetic.truth import Language

Format = Literal["csv", "csv.gz", "xlsx", "parquet"]


@dataclass(frozen=True, kw_only=True)
class FileLayout:
    """How one table is written.

    Parameters
    ----------
    table
        Canonical name.
    name
        File name; ``{part}`` stands for what `split_by` yields.
    format
        File format.
    columns
        Canonical column -> the client's own; columns not named here are not in the file.
    split_by
        Canonical column whose year (a date) or value (a label) makes one file each, or None.
    date_format
        How dates are written in text files.
    encoding, separator, decimal
        Of text files.
    sheet
        Of a workbook.
    yes, no
        How flags are written.
    """

    table: str
    name: str
    format: Format = "csv"
    columns: dict[str, str] = field(default_factory=dict)
    split_by: str | None = None
    date_format: str = "%Y-%m-%d"
    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."
    sheet: str = "Sheet1"
    yes: str = "yes"
    no: str = "no"


def _same(names: str) -> dict[str, str]:
    return {name: name for name in names.split()}


_CONTRACTS = _same("customer_id starts_on ends_on value renewal")
_INVITATIONS = _same("wave customer_id respondent_id invited_on outcome")
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

CHINESE_FILES = (
    FileLayout(
        table="customers",
        name="客户档案.xlsx",
        format="xlsx",
        sheet="客户",
        yes="是",
        no="否",
        columns={
            "customer_id": "客户编号",
            "name": "客户名称",
            "parent_id": "上级客户",
            "segment": "客户类别",
            "region": "区域",
            "industry": "行业",
            "stage": "客户状态",
            "is_key_account": "是否大客户",
            "account_manager": "客户经理",
            "partner_id": "经销商编号",
            "joined_on": "建档日期",
            "ended_on": "流失日期",
            "potential": "采购潜力",
            "planned_revisit_days": "计划回访间隔",
        },
    ),
    FileLayout(
        table="contracts",
        name="合同.csv",
        date_format="%Y/%m/%d",
        columns={
            "customer_id": "客户编号",
            "starts_on": "开始日期",
            "ends_on": "结束日期",
            "value": "合同金额",
            "renewal": "续约方式",
        },
    ),
    FileLayout(
        table="survey",
        name="问卷-{part}.csv",
        split_by="wave",
        encoding="utf-8-sig",
        date_format="%Y/%m/%d",
        columns={
            "responded_on": "提交答卷时间",
            "response_id": "序号",
            "customer_id": "客户编号",
            "respondent_id": "联系人编号",
            "respondent_level": "联系人层级",
            "wave": "调查批次",
            "channel": "来源",
            "weight": "权重",
            "sat_overall": "1、总体满意度",
            "sat_expectations": "2、与期望相比",
            "recommend": "3、推荐意愿",
            "repurchase_intention": "4、继续采购意愿",
            "loyalty": "5、首选供应商",
            "effort": "6、费力程度",
            "product_quality": "7、产品质量",
            "delivery": "8、交付",
            "price": "9、价格",
            "service": "10、服务",
            "digital": "11、数字化平台",
            "invoicing": "12、开票结算",
            "marker_layout": "13、办公环境",
            "comment": "14、意见建议",
        },
    ),
    FileLayout(
        table="invitations",
        name="邀请记录.parquet",
        format="parquet",
        columns={
            "wave": "调查批次",
            "customer_id": "客户编号",
            "respondent_id": "联系人编号",
            "invited_on": "邀请日期",
            "outcome": "结果",
        },
    ),
    FileLayout(
        table="transactions",
        name="订单-{part}.csv",
        split_by="ordered_on",
        encoding="gb18030",
        date_format="%Y/%m/%d",
        yes="是",
        no="否",
        columns={
            "customer_id": "客户编号",
            "ordered_on": "下单日期",
            "order_id": "订单号",
            "line_id": "行号",
            "product_id": "产品",
            "quantity": "数量",
            "amount": "金额",
            "currency": "币种",
            "tax_included": "是否含税",
            "margin": "毛利",
            "category": "产品类别",
            "business_unit": "事业部",
            "region": "区域",
            "partner_id": "经销商编号",
            "account_manager": "客户经理",
        },
    ),
    FileLayout(
        table="interactions",
        name="联系记录.csv.gz",
        format="csv.gz",
        columns={
            "customer_id": "客户编号",
            "occurred_on": "日期",
            "channel": "方式",
            "direction": "方向",
            "contact_id": "联系人编号",
            "contact_level": "联系人层级",
            "thread_id": "会话编号",
            "topic": "主题",
        },
    ),
    FileLayout(
        table="feedback",
        name="客户反馈.csv",
        encoding="gb18030",
        date_format="%Y/%m/%d",
        columns={
            "feedback_id": "反馈编号",
            "received_on": "收到日期",
            "text": "内容",
            "customer_id": "客户编号",
            "channel": "渠道",
            "kind": "类型",
            "severity": "严重程度",
            "responded_on": "回复日期",
            "resolved_on": "解决日期",
            "resolution_rating": "处理评分",
            "partner_id": "经销商编号",
        },
    ),
    FileLayout(
        table="opportunities",
        name="商机.csv",
        yes="是",
        no="否",
        columns={
            "opportunity_id": "商机编号",
            "customer_id": "客户编号",
            "created_on": "创建日期",
            "closed_on": "关闭日期",
            "stage": "阶段",
            "entered_on": "进入阶段日期",
            "amount": "预计金额",
            "is_won": "是否赢单",
        },
    ),
    FileLayout(
        table="opportunity_stages",
        name="商机阶段.csv",
        columns={
            "opportunity_id": "商机编号",
            "stage": "阶段",
            "entered_on": "进入阶段日期",
            "customer_id": "客户编号",
        },
    ),
    FileLayout(
        table="partners",
        name="经销商.csv",
        columns={"partner_id": "经销商编号", "name": "经销商名称", "tier": "等级", "region": "区域"},
    ),
    FileLayout(
        table="targets",
        name="目标.csv",
        columns={
            "indicator": "指标",
            "period": "期间",
            "value": "目标值",
            "segment": "客户类别",
            "account_manager": "客户经理",
            "partner_id": "经销商编号",
        },
    ),
    FileLayout(
        table="rates",
        name="汇率.csv",
        columns={"currency": "币种", "date": "日期", "rate": "汇率", "source": "来源"},
    ),
)


def file_layouts(language: Language) -> tuple[FileLayout, ...]:
    """Return the files of the client in that language."""
    return CHINESE_FILES if language == "zh" else ENGLISH_FILES
