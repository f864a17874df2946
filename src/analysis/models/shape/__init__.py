"""The shape of the relation of satisfaction and loyalty: where it is steep, where it bends, how it is best written.

Forms are judged on accounts that they have not seen; zones are compared all together, never the best one alone.
"""
