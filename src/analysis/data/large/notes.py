"""What a report says of a client that was counted in full and looked at in detail on a sample."""

from analysis.data.census import Census
from analysis.messages import N_, Message


def sample_notes(census: Census) -> tuple[Message, ...]:
    """Return the notes for the chapter on data quality."""
    return (
        N_(
            "Revenue, growth, numbers of customers and orders, concentration, repeat purchase and the monthly figures"
            " count all {all:int} customers.",
            all=census.population,
        ),
        N_(
            "What needs single orders, contacts or feedback (models, cohorts, most charts) rests on {n:int} customers"
            " drawn at random, 1 in {step:number1}.",
            n=census.sampled,
            step=census.expansion,
        ),
        N_(
            "{added:int} customers more were read because they were surveyed or are key accounts: no answer is lost."
            " They count where answers or key accounts are the subject, and in no share of all customers.",
            added=census.added,
        ),
    )
