"""For whom satisfaction goes with loyalty and with buying again more strongly than for others.

Interactions are tested as one family; slopes of segments are estimated each by itself and partially pooled.
"""
