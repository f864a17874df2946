"""What customers talk about, joined with who they are and what they do: segments, satisfaction, buying again.

Reading the texts themselves lives in `analysis.text`; sentences and charts of the report live in `document`.
"""
