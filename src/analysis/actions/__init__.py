"""From evidence to actions and alerts: facts about a client, the catalogue of actions with its triggers, the alarms.

Nothing here computes an indicator or a model, and nothing asks whether an action worked (`analysis.monitoring` does).
"""

from analysis.actions.alerts import Alert, evaluate_alerts
from analysis.actions.check import check_steering
from analysis.actions.factbook import Evidence, FactBook, concerned_customers
from analysis.actions.recommend import Action, Effect, actions_from, recommend_actions
from analysis.actions.titles import action_titles
from analysis.params.steering import Effort

__all__ = [
    "Action",
    "Alert",
    "Effect",
    "Effort",
    "Evidence",
    "FactBook",
    "action_titles",
    "actions_from",
    "check_steering",
    "concerned_customers",
    "evaluate_alerts",
    "recommend_actions",
]
