"""Whether the client keeps in touch with those who matter, through how many people, and what they could buy yet.

Here live the counts, shares and times of contacts, the persons known, and the categories bought; nothing of a survey,
and no number that `indicators.interaction`, `depth` or `breadth` already has under another definition.
"""
