"""The clients that are attacked: each has a few respondents whom a cut of the audit, or two cuts together, singles out."""

from secret_clients import LAST, WAVES, Block, SecretClient

SILENT = Block(count=30, segment="Retail", waves=())
"""Customers who never answered, so that there is somebody to compare respondents with."""


def hidden_segments(few: int = 3, beside: int = 20, confidentiality: str = "aggregate") -> SecretClient:
    """A segment of a few, who cannot be hidden alone."""
    return SecretClient(
        blocks=(
            Block(count=40, segment="Retail", partner="P1", manager="Ann", region="North", interviewed=True),
            Block(count=16, segment="Retail", partner="P2", manager="Ann", region="South"),
            Block(count=30, segment="Trade", partner="P2", manager="Bob", region="North", complained=True),
            Block(count=beside, segment="Export", partner="P3", manager="Bob", region="South", twin="t"),
            Block(count=few, segment="Museum", partner="P3", manager="Bob", region="South", secret=True, twin="t"),
            Block(count=10, segment="Export", partner="P3", manager="Bob", region="South", waves=(), twin="t"),
            Block(count=4, segment="Museum", partner="P3", manager="Bob", region="South", waves=(), twin="t"),
            SILENT,
        ),
        survey={"confidentiality": confidentiality},
    )


def two_hidden_segments(few: int = 4, fewer: int = 1) -> SecretClient:
    """Two segments of a few, of which one is nearly all that is hidden."""
    zoo = Block(count=fewer, segment="Zoo", partner="P3", manager="Bob", region="South")
    return hidden_segments(few).with_blocks(zoo)


def hidden_partners(few: int = 3) -> SecretClient:
    """A partner whose customers gave few answers."""
    return SecretClient(
        blocks=(
            Block(count=40, segment="Retail", partner="P1"),
            Block(count=26, segment="Retail", partner="P2"),
            Block(count=30, segment="Trade", partner="P2"),
            Block(count=12, segment="Trade", partner="P3", twin="t"),
            Block(count=few, segment="Trade", partner="P4", secret=True, twin="t"),
            Block(count=10, segment="Trade", partner="P3", waves=(), twin="t"),
            Block(count=4, segment="Trade", partner="P4", waves=(), twin="t"),
            SILENT,
        )
    )


def few_served_by_another() -> SecretClient:
    """A segment that one partner serves but for two customers, whom a partner of another segment serves."""
    return SecretClient(
        blocks=(
            Block(count=38, segment="Retail", partner="P1"),
            Block(count=2, segment="Retail", partner="P2", secret=True),
            Block(count=30, segment="Trade", partner="P2"),
            SILENT,
        )
    )


def _with_export(first: Block, few: Block) -> SecretClient:
    about = {"touchpoint": first.touchpoint and "phone", "product": first.product and "pump"}
    blocks = (Block(count=60, segment="Retail", **about), Block(count=30, segment="Trade", **about), first, few, SILENT)
    return SecretClient(blocks=blocks)


def few_not_interviewed() -> SecretClient:
    """A segment of which all but two were interviewed, and nobody else."""
    return _with_export(
        Block(count=18, segment="Export", interviewed=True), Block(count=2, segment="Export", secret=True)
    )


def few_without_complaint() -> SecretClient:
    """A segment of which all but two complained between the waves, and nobody else."""
    return _with_export(
        Block(count=22, segment="Export", complained=True), Block(count=2, segment="Export", secret=True)
    )


def few_about_another_touchpoint() -> SecretClient:
    """A segment of which all but two answered about a touchpoint of their own."""
    return _with_export(
        Block(count=22, segment="Export", touchpoint="web"),
        Block(count=2, segment="Export", touchpoint="phone", secret=True),
    )


def few_about_another_product() -> SecretClient:
    """A segment of which all but two answered about a product of their own."""
    return _with_export(
        Block(count=22, segment="Export", product="valve"),
        Block(count=2, segment="Export", product="pump", secret=True),
    )


def few_about_a_product_by_phone() -> SecretClient:
    """Answers about a product of which all but two are about one touchpoint, and nobody else's."""
    return SecretClient(
        blocks=(
            Block(count=60, segment="Retail", touchpoint="phone", product="pump"),
            Block(count=22, segment="Retail", touchpoint="web", product="valve"),
            Block(count=2, segment="Retail", touchpoint="phone", product="valve", secret=True),
            SILENT,
        )
    )


def few_key_accounts() -> SecretClient:
    """Three key accounts, whom models hold constant."""
    blocks = (Block(count=60, segment="Retail"), Block(count=30, segment="Trade"), SILENT)
    return SecretClient(blocks=(*blocks, Block(count=3, segment="Trade", key_account=True, secret=True)))


def few_in_a_wave() -> SecretClient:
    """A first wave that three people answered."""
    blocks = (Block(count=60, segment="Retail", waves=(LAST,)), Block(count=30, segment="Trade", waves=(LAST,)))
    return SecretClient(blocks=(*blocks, Block(count=3, segment="Trade", waves=tuple(WAVES)), SILENT))


CASES = {
    "one hidden segment": hidden_segments,
    "a hidden segment of four": lambda: hidden_segments(4),
    "a hidden segment of one": lambda: hidden_segments(1, 8),
    "a segment of five": lambda: hidden_segments(5),
    "two hidden segments, four and one": two_hidden_segments,
    "two hidden segments, three and two": lambda: two_hidden_segments(3, 2),
    "hidden partners": hidden_partners,
    "a few served by another partner": few_served_by_another,
    "a few not interviewed": few_not_interviewed,
    "a few without a complaint": few_without_complaint,
    "a few about another touchpoint": few_about_another_touchpoint,
    "a few about another product": few_about_another_product,
    "a few about a product by phone": few_about_a_product_by_phone,
    "a few key accounts": few_key_accounts,
    "a few in a wave": few_in_a_wave,
}
"""What is attacked, by name."""
