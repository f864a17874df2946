"""What changed, and what came of it: the family of tested changes, earlier audits, control charts, actions taken.

Nothing here computes an indicator anew or recommends anything; files are read by `analysis.report.earlier`.
"""

from analysis.monitoring.changes import AnswerChange, ChangeItem, Changes, control_false_discoveries
from analysis.monitoring.control_chart import ControlChart
from analysis.monitoring.earlier import EarlierAudit, UnreadableAudit, read_earlier
from analysis.monitoring.follow_up import ActionFollowUp, FollowUp, follow_up
from analysis.monitoring.since import IndicatorChange

__all__ = [
    "ActionFollowUp",
    "AnswerChange",
    "ChangeItem",
    "Changes",
    "ControlChart",
    "EarlierAudit",
    "FollowUp",
    "IndicatorChange",
    "UnreadableAudit",
    "control_false_discoveries",
    "follow_up",
    "read_earlier",
]
