"""All that one client's audit depends on, as a frozen model: what a parameter file may say."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from analysis.params.base import BrokenRule, Language, LocalizedText, Share, Spec, Words
from analysis.params.conditions import ConditionText
from analysis.params.scale import ScaleWeights, check_scale
from analysis.params.secrets import redact_text
from analysis.params.sources import SourceSpec, SyntheticSpec, TableName
from analysis.params.steering import ActionTakenSpec
from analysis.params.study import StudySpec
from analysis.params.survey import SurveySpec
from analysis.params.themes import ThemeSpec

Chapter = Literal[
    "summary",
    "score",
    "satisfaction",
    "loyalty",
    "value",
    "lifecycle",
    "interaction",
    "depth_breadth",
    "key_accounts",
    "drivers",
    "partners",
    "feedback",
    "targets",
    "actions",
    "data_quality",
    "method",
    "technical",
]
CHAPTERS: tuple[str, ...] = get_args(Chapter)
Depth = Literal["board", "full"]
Format = Literal["pptx", "charts"]
CLIENT_PATTERN = r"^[a-z0-9][a-z0-9_-]*$"


class MoneySpec(Spec):
    """Currency and tax. With several currencies the table `rates` (currency, date, rate, source) is needed."""

    currency: Annotated[str, Words("three capital letters such as EUR", "codes such as EUR")] = Field(
        default="EUR", pattern=r"^[A-Z]{3}$"
    )
    """The audit's currency, ISO 4217. Orders (amount, margin), contracts and opportunities with a column `currency` are
    converted into it; money without one, and a customer's potential, is taken to be in it."""
    vat_rate: float = Field(default=0.0, ge=0, lt=1)
    """VAT taken out of amounts marked `tax_included`."""
    fiscal_year_start: int = Field(default=1, ge=1, le=12)
    """First month of the fiscal year."""
    spring_festival: bool = False
    """Compare January and February together (China)."""


class RepurchaseSpec(Spec):
    """Repeat purchase, observed and modelled."""

    horizon_days: int = Field(default=180, ge=1)
    """A customer repeats who buys again within so many days."""
    history_days: int = Field(default=365, ge=1)
    """Days before the response from which predictors of behaviour are taken."""


class RetentionSpec(Spec):
    """Retention, contractual where contracts or end dates exist, else by activity."""

    kind: Literal["auto", "contractual", "non_contractual"] = "auto"
    """Chosen by the data, or declared."""
    window_days: int = Field(default=365, ge=30)
    """Length of each of the two windows compared when there is no contract."""


class InteractionSpec(Spec):
    """Contacts between client and customers."""

    window_days: int = Field(default=365, ge=1)
    """Window of frequency and coverage, ending at `as_of`."""
    planned_revisit_days: int = Field(default=90, ge=1)
    """Planned interval between contacts where the customer's row does not say."""
    contact_levels: list[str] = Field(default_factory=lambda: ["executive", "management", "specialist", "operational"])
    """Contact levels, highest first."""


class ValueSpec(Spec):
    """What customers are worth from here on: how far ahead, at which rate, and of which money."""

    horizon_years: float = Field(default=3, gt=0, le=20)
    """Years ahead that count; what customers buy after them is worth nothing here."""
    discount_rate: float = Field(default=0.10, ge=0, le=1)
    """Rate at which later money counts for less, a year (0.10: a euro in a year is worth 1 / 1.10 today)."""
    margin: Share | None = None
    """Margin as a share of revenue, for orders without a `margin` of their own; without either, value is revenue."""
    period_days: float = Field(default=7, gt=0, le=366)
    """Days of the unit of time in which the purchase models are fitted and their rates are written."""


class LimitsSpec(Spec):
    """Where the software refuses, stays silent or hides."""

    max_repair_share: float = Field(default=0.05, ge=0, le=1)
    """A single repair that touches more than this share of a table's rows stops the audit."""
    max_repair_share_by_rule: dict[str, Share] = Field(default_factory=dict)
    """The same, for one repair rule by name (unmatched_customer: 0.3)."""
    small_cell: int = Field(default=5, ge=2)
    """Nothing of a survey is shown about fewer respondents."""
    min_clusters: int = Field(default=10, ge=2)
    """No clustered interval below so many accounts."""
    min_n: int = Field(default=20, ge=2)
    """Fewest observations for a breakdown's estimate."""
    events_per_parameter: float = Field(default=10, gt=0)
    """Fewest events per parameter of a repeat-purchase model."""
    pandas_megabytes: float = Field(default=500, ge=0)
    """With `engine: auto`, orders, contacts and feedback of more megabytes than this (compressed files count five
    times) are read by DuckDB, out of core."""
    memory_gb: float = Field(default=4, ge=1)
    """Memory that reading and reducing large tables may take, in gigabytes."""
    model_customers: int = Field(default=50_000, ge=1_000)
    """Where large tables hold more customers, models, cohorts and charts rest on a random sample of so many of them,
    and the report says so; revenue, growth, customers, orders and concentration still count all."""
    model_rows: int = Field(default=5_000_000, ge=10_000)
    """The sample is smaller where it would bring more order lines, contacts and feedback than this."""


class SparkSpec(Spec):
    """Where Spark runs, with `engine: spark`; needs the extra `spark` of this package."""

    url: str = Field(default="local[*]", repr=False)
    """Spark master: `local[*]` for all cores of this machine, or a cluster's, normally ${NAME}."""


class TargetSpec(Spec):
    """A target the client set."""

    indicator: str
    """Key of the indicator."""
    period: str
    """Period it is for: a wave or a fiscal year."""
    value: float
    """The target, in the indicator's unit (proportions from 0 to 1)."""
    segment: str | None = None
    """Only for this segment."""
    account_manager: str | None = None
    """Only for the customers of this account manager."""
    partner_id: str | None = None
    """Only for the customers of this channel partner."""

    @model_validator(mode="after")
    def _one_group(self) -> Self:
        named = [key for key in ("segment", "account_manager", "partner_id") if getattr(self, key) is not None]
        if len(named) > 1:
            rule = "must name at most one of segment, account_manager and partner_id, since groups are not crossed"
            raise BrokenRule(rule, " and ".join(named), key=named[-1])
        return self


class BenchmarkSpec(Spec):
    """A value from outside."""

    indicator: str
    """Key of the indicator."""
    value: float
    """The value, in the indicator's unit (proportions from 0 to 1)."""
    source: str
    """Who published it."""
    year: int = Field(ge=1950, le=2100)
    """Year it describes."""
    n: int | None = Field(default=None, ge=1)
    """Respondents or firms behind it."""
    low: float | None = None
    """Lower end of the band that counts as usual; with `high`. A portfolio's benchmarks have the middle half."""
    high: float | None = None
    """Upper end of that band."""

    @model_validator(mode="after")
    def _band(self) -> Self:
        low, high = self.low, self.high
        if (low is None) != (high is None):
            missing = "low" if low is None else "high"
            raise BrokenRule("must be given with the other end of the band", "nothing", key=missing)
        if low is not None and high is not None and not low <= self.value <= high:
            raise BrokenRule("must lie between low and high", f"{self.value:g}", key="value")
        return self


class BrandingSpec(Spec):
    """How the document looks and what it says on every page."""

    logo: str | None = None
    """SVG or PNG, relative to the parameter file."""
    accent: Annotated[str, Words('a colour such as "#1f5a7a", in quotes', "colours")] = Field(
        default="#1f5a7a", pattern=r"^#[0-9a-fA-F]{6}$"
    )
    """Accent colour; a colour too light to read on white is darkened."""
    confidentiality: LocalizedText = ""
    """Line in the footer ("Confidential - for the board of Acme")."""
    disclaimer: LocalizedText = ""
    """Paragraph on the last page."""
    prepared_by: LocalizedText = ""
    """Who signs the audit."""


class ClientParams(Spec):
    """One client's parameter file, over `defaults.yml`."""

    client: str = Field(pattern=CLIENT_PATTERN)
    """Client id: the file's name without .yml; not written in the file."""
    name: LocalizedText
    """The client's name."""
    language: Language = "en"
    """Language of the report."""
    industry: Annotated[str, Words("lower-case letters, digits, - and _, such as machinery", "words")] = Field(
        default="", pattern=r"^[a-z0-9_-]*$"
    )
    """What the client's business is, in the same word for all clients of one industry: the portfolio compares those."""
    as_of: dt.date | None = None
    """Date of the audit; default: the last date in the data, never today."""
    data_folder: str = "../data/${CLIENT}"
    """Folder of the files, relative to the parameter file; ${CLIENT} is the client's id."""
    synthetic: SyntheticSpec | None = None
    """Generate the client's files first (clients whose truth is known)."""
    sources: dict[TableName, SourceSpec | list[SourceSpec]]
    """Canonical table -> where it comes from; a list is stacked."""
    survey: SurveySpec | None = None
    """The questionnaire; needed with a survey source."""
    segment: str | None = "segment"
    """Column of the customers by which everything is broken down, or null."""
    audience: Literal["internal", "external"] = "internal"
    """Who reads the audit; attributed answers appear only in an internal one."""
    benchmarking: bool = True
    """Whether the client's numbers may enter the benchmarks that a portfolio publishes: as its agreement says. No band
    shows a client, or how many there are."""
    engine: Literal["auto", "pandas", "duckdb", "spark"] = "auto"
    """What reads orders, contacts and feedback: pandas in memory, or DuckDB or Spark, which reduce them to one row a
    customer out of core by the same rules. `auto` takes pandas up to `limits.pandas_megabytes`, then DuckDB."""
    spark: SparkSpec = SparkSpec()
    """Spark, where it is the engine."""
    money: MoneySpec = MoneySpec()
    """Currency, tax, fiscal year."""
    repurchase: RepurchaseSpec = RepurchaseSpec()
    """Repeat purchase."""
    retention: RetentionSpec = RetentionSpec()
    """Retention."""
    interaction: InteractionSpec = InteractionSpec()
    """Contacts."""
    value: ValueSpec = ValueSpec()
    """Customer lifetime value."""
    limits: LimitsSpec = LimitsSpec()
    """Limits."""
    targets: list[TargetSpec] = Field(default_factory=list)
    """Targets, besides those of the table `targets`."""
    benchmarks: list[BenchmarkSpec] = Field(default_factory=list)
    """Outside values."""
    themes: dict[str, ThemeSpec] = Field(default_factory=dict)
    """Themes of the client's own in what customers write, by key."""
    alerts: list[ConditionText] = Field(default_factory=list)
    """Conditions that an audit should raise the alarm on: it is built and published, and the command ends with 3."""
    actions: str | None = None
    """The client's own catalogue of actions (YAML), relative to the parameter file, laid over the one that is shipped:
    an entry of the same key replaces it."""
    actions_taken: dict[str, ActionTakenSpec] = Field(default_factory=dict)
    """Key of a recommended action -> when, by whom and for whom it was taken."""
    branding: BrandingSpec = BrandingSpec()
    """Logo, colour, lines."""
    formats: list[Format] = Field(default_factory=list)
    """What is written beside the documents and the workbook: `pptx` slides to edit (audit.pptx), `charts` every figure
    as a file (folder `charts`)."""
    scale: ScaleWeights = ScaleWeights()
    """The relationship score."""
    commentary: dict[Chapter, LocalizedText] = Field(default_factory=dict)
    """Chapter -> Markdown by the consultant."""
    depth: Depth = "board"
    """How far the models go: `board` answers each question once; `full` takes five times the bootstrap draws, tries
    every defensible choice and prints every table in the technical appendix."""
    uplift_points: float = Field(default=10, gt=0, le=100)
    """By how many points of 100 the performance of each driver is raised to see what it would be worth."""
    bootstrap_draws: int = Field(default=400, ge=100)
    """Draws of every bootstrap in the audit; the models take five times as many at `depth: full`."""
    seed: int = Field(default=20260101, ge=0)
    """Seed from which each analysis derives its own."""

    study: StudySpec | None = None
    """The researcher's hypotheses, for `audit study`; without them everything in a study is exploratory."""

    params_file: Path = Field(default=Path(), exclude=True, repr=False)
    """File the parameters were read from; paths are relative to it. Not written in the file, never in an output."""
    environment: dict[str, str] = Field(default_factory=dict, exclude=True, repr=False)
    """Values that ${NAME} stood for, by name. Not written in the file, never in an output."""

    @field_validator("formats")
    @classmethod
    def _each_once(cls, formats: list[Format]) -> list[Format]:
        twice = [name for name in get_args(Format) if formats.count(name) > 1]
        if twice:
            names = " and ".join(twice)
            raise BrokenRule("must name each format once", repr(formats), hint=f"{names} stands there more than once")
        return formats

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if "survey" in self.sources and self.survey is None:
            raise BrokenRule("must describe the questionnaire, since sources has a survey", "nothing", key="survey")
        check_scale(self.scale, self.survey)
        return self

    def redact(self, text: str) -> str:
        """Return `text` with every value that came from the environment, and every database password, taken out.

        A value becomes the ``${NAME}`` it stood for, so does the password inside it; the password of a URL that is
        written in the file itself becomes ``***``.
        """
        return redact_text(text, self.environment, self._database_urls())

    def public(self) -> dict[str, Any]:
        """Return the parameters as JSON-ready data in which ``${NAME}`` stands again for what it was replaced by."""
        return _redacted(self.model_dump(mode="json"), self)

    def __repr__(self) -> str:
        return self.redact(super().__repr__())

    def __str__(self) -> str:
        return self.redact(super().__str__())

    def _database_urls(self) -> list[str]:
        sources = [each for spec in self.sources.values() for each in (spec if isinstance(spec, list) else [spec])]
        return [source.database for source in sources if source.database is not None]


def _redacted(data: Any, params: ClientParams) -> Any:
    if isinstance(data, dict):
        return {key: _redacted(value, params) for key, value in data.items()}
    if isinstance(data, list):
        return [_redacted(value, params) for value in data]
    return params.redact(data) if isinstance(data, str) else data
