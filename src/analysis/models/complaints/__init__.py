"""What customers complain about and how often, how it is settled, and whether they come back.

Here live rates, times, recovery and channels of feedback; nothing reads what a customer wrote, which is the task of
the themes, and nothing of the survey is said about fewer respondents than the small-cell rule allows.
"""
