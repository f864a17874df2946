"""How many degrees of freedom a clustered variance has when few of the accounts make it up.

A difference that mostly hangs on one group of ten accounts has not the G - 1 degrees of freedom of all accounts. They
are taken from how unevenly the accounts contribute to its variance, as Satterthwaite (1946) [1]_ does for a sum of
variances: with contributions d_g (how far the difference moves when account g is left out) the variance is the sum of
d_g^2, and if these are squares of normal numbers its degrees of freedom are ``3 (sum d_g^2)^2 / sum d_g^4``. That is G
where all accounts contribute alike, and never taken to be more than G - 1.

References
----------
.. [1] Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin
   2, 110-114.
"""

import numpy as np

from analysis.models.clustering import SINGULAR, Floats


def effective_degrees(deviations: Floats) -> float:
    """Return the degrees of freedom of the covariance that is the deviations' cross product, 1 to G - 1.

    Parameters
    ----------
    deviations
        Shape (accounts, k), columns may be linearly dependent. In q independent dimensions the contributions are
        the squared lengths of the standardised deviations, whose squares sum to q (q + 2) / G where all accounts
        contribute alike.
    """
    standardised, singular, _ = np.linalg.svd(deviations, full_matrices=False)
    standardised = standardised[:, singular > SINGULAR * singular.max(initial=0.0)]
    accounts, count = standardised.shape
    fourth = float(((standardised**2).sum(axis=1) ** 2).sum())
    return float(np.clip(count * (count + 2) / max(fourth, 1 / accounts**2), 1.0, accounts - 1))
