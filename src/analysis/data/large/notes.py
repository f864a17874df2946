"""What a report says of a client that was counted in full and looked at in detail on a sample."""

from analysis.data.census import Census
from analysis.messages import N_, NP_, Message


def sample_notes(census: Census) -> tuple[Message, ...]:
    """Return the notes for the chapter on data quality."""
    notes = [
        N_(
            "All {all:int} customers are counted in revenue, growth, order value, concentration, repeat purchase,"
            " retention, the monthly figures and the grouping by recency, frequency and value.",
            all=census.population,
        ),
        N_(
            "Everything that needs single orders, contacts or pieces of feedback (models, cohorts, most charts) rests"
            " on {n:int} customers drawn at random, one in {step:number1}. Numbers of pieces of feedback are estimates:"
            " those of the sample, times {step:number1}. Numbers and amounts in the list of actions, in the chapters on"
            " the life cycle and on the worth of customers, in what prices and quantities did to growth, and by partner"
            " or account manager are those of the sample.",
            n=census.sampled,
            step=census.expansion,
        ),
    ]
    if census.added:
        notes.append(
            NP_(
                "One customer more was read because it was surveyed or is a key account. It counts where answers or"
                " key accounts are the subject, and in no share of all customers.",
                "{count:int} customers more were read because they were surveyed or are key accounts. They count where"
                " answers or key accounts are the subject, and in no share of all customers.",
                census.added,
            )
        )
    return tuple(notes)
