"""The researcher's study: hypotheses declared before the run, tested, and judged against a smallest effect of interest.

Results only, from client data and models; how a study is printed and exported lives in `document` and `report`.
"""
