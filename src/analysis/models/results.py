"""What the models answer with: frozen results whose every number has its interval, its n and its method."""

from analysis.models.loyalty_result import (
    FunctionalForm,
    LoyaltyModel,
    OrderedLogitResult,
)
from analysis.models.parts import (
    COEFFICIENT_COLUMNS,
    BinnedMean,
    Coefficient,
    Curve,
    CurvePoint,
    Diagnostic,
    ModelPart,
    PublishedAnchor,
    coefficient_frame,
)
from analysis.models.repurchase_result import (
    BinomialFit,
    CalibrationBin,
    HeldOutScore,
    MarginalEffect,
    PredictorSet,
    RepurchaseCounts,
    RepurchaseModel,
    Validation,
)

__all__ = [
    "COEFFICIENT_COLUMNS",
    "BinnedMean",
    "BinomialFit",
    "CalibrationBin",
    "Coefficient",
    "Curve",
    "CurvePoint",
    "Diagnostic",
    "FunctionalForm",
    "HeldOutScore",
    "LoyaltyModel",
    "MarginalEffect",
    "ModelPart",
    "OrderedLogitResult",
    "PredictorSet",
    "PublishedAnchor",
    "RepurchaseCounts",
    "RepurchaseModel",
    "Validation",
    "coefficient_frame",
]
