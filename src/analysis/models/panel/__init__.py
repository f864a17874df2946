"""What the same accounts, asked again, tell: fixed effects, change on change, lag and lead, cross-lagged panels.

One row is an account in a wave, the mean of its answers; every error is clustered by account.
"""
