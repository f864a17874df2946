"""What customers did after they answered: how often they bought, how soon, and whether they did what they had said.

Here live the count model (negative binomial), the duration model (Cox), intention beside behaviour, and their held-out
comparison with past buying; the binomial model of buying again at all is one folder up.
"""
