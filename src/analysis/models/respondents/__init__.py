"""Whether those who answered a survey speak for all customers: what both are known by, weights, bounds, refits.

Nothing here looks at what a customer did after a survey except to compare those who answered with those who did not.
"""
