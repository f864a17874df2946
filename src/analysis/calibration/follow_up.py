"""The quantities of the follow-up: changes since an earlier audit, actions taken, control charts, families of tests."""

from analysis.calibration.quantity import Quantity
from analysis.calibration.relationship import COPY

HOME = "follow_up"
NIL = "audits-nil-400"
ATTITUDES = "satisfaction_index|satisfaction_mean|satisfaction_top2|effort_index|nps|loyalty_index"
"""Indicators that change in no wave of the clients in whom nothing goes with anything."""
WIDE = (
    "Two printed intervals are taken for independent, though the same customers stand behind both: it errs on the side "
    "of no change, and held the truth in 99.0% of 1,280 cases (80 clients of 400 customers)."
)


def follow_up() -> tuple[Quantity, ...]:
    """Return what stands under `follow_up`, and what its clients tell of the changes of single questions."""
    return (
        Quantity(
            pattern=r"changes/answers/any", name="changes of questions, any reported", kind="composite", null=NIL
        ),
        Quantity(
            pattern=rf"{HOME}/changes/(?:{ATTITUDES})/adjusted_p", name="changes since an earlier audit, reported",
            kind="composite", null=NIL,
        ),
        Quantity(
            pattern=rf"{HOME}/changes/\w+/adjusted_p", name="changes since an earlier audit, adjusted",
            exempt="The same changes, in the table; how often the survey's are reported where nil is judged.",
        ),
        Quantity(
            pattern=rf"{HOME}/(?:changes/\w+/(?:before|after)|score_before)", name="as an earlier audit printed it",
            exempt=COPY,
        ),
        Quantity(
            pattern=rf"{HOME}/changes/(revenue)/difference", name="change since an earlier audit, {0}",
            scale="customers",
        ),
        Quantity(pattern=rf"{HOME}/changes/(\w+)/published", name="change between printed intervals, {0}", exempt=WIDE),
        Quantity(pattern=rf"{HOME}/changes/(\w+)/difference", name="change since an earlier audit, {0}"),
        Quantity(pattern=rf"{HOME}/actions/(\w+)/comparison/difference", name="acted on against the others, {0}"),
        Quantity(pattern=rf"{HOME}/actions/(\w+)/comparison/placebo", name="acted on against the others before, {0}"),
        # the limits promise a false alarm in 0.9% of series of 24 months, the run of eight one in 0.4% at most
        Quantity(
            pattern=rf"{HOME}/charts/(\w+)/signal", name="control chart that rings though nothing changes, {0}",
            kind="composite", null=f"audits-400 {NIL}",
        ),
    )  # fmt: skip
