"""Which of the two editions a client's answers may be exported in, decided by what the respondents were promised."""

from typing import Literal

from analysis.data.client import ClientData
from analysis.errors import DataError, Fault, ParamsError
from analysis.params.load import written_at
from analysis.params.model import ClientParams

Edition = Literal["full", "public"]
"""``full``: answers beside order days, codes in the order of the ids. ``public``: answers alone, codes shuffled, dates
coarse, small groups merged."""


def choose_edition(params: ClientParams, *, restricted: bool) -> Edition:
    """Return the edition to export.

    Who was promised that answers are shown in aggregate only, or anonymously, must not be found by an employer who
    knows its own orders: then order days stand beside the answers only where the user asks for the edition of
    controlled access, and never where the survey is anonymous.

    Parameters
    ----------
    params
        Of the client.
    restricted
        Whether the edition for controlled access was asked for.

    Raises
    ------
    ParamsError
        The client has no survey, or its respondents are anonymous and `restricted` is asked for.
    """
    if params.survey is None:
        fault = Fault(
            what="survey",
            rule="must be there: a replication is of the models of survey answers",
            found="nothing",
            where=written_at(params, ("survey",)),
        )
        raise ParamsError([fault])
    promised = params.survey.confidentiality
    if promised == "attributed" and params.audience == "internal":
        return "full"
    if not restricted:
        return "public"
    if promised == "anonymous":
        fault = Fault(
            what="survey.confidentiality",
            rule="must not be anonymous where answers are exported beside orders (--restricted)",
            found=promised,
            where=written_at(params, ("survey", "confidentiality")),
            hint="without --restricted the answers are exported alone",
        )
        raise ParamsError([fault])
    return "full"


def refuse_no_answers(data: ClientData, params: ClientParams) -> None:
    """Raise DataError where there is no answer to export."""
    if not data.has("survey", "responded_on"):
        fault = Fault(
            what="survey",
            rule="must hold answers: a replication is of the models of survey answers",
            found="none",
            where=written_at(params, ("sources",)),
        )
        raise DataError([fault])
