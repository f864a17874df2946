"""Which question predicts better: recommendation against satisfaction, rank among suppliers against level.

Predictors are compared on customers that the model has not seen, and by Vuong's test where neither contains the other.
"""
