"""Features from the daily marts, labels with evidence from the features. Frames in, frames out.

Only regimes/documents writes files, in a checkout of the project.


parameters = load_parameters()
features = daily_features(DailyMarts(...), parameters)
classification = classify(features, parameters, now)
market = market_daily(market_breadth_daily(classification.days, parameters), parameters)
"""

from regimes.breadth import market_breadth_daily, market_daily
from regimes.chunks import classify_in_chunks, features_in_chunks
from regimes.classifier import Classification, classify
from regimes.features import daily_features
from regimes.labels import Family, Label, regime_labels
from regimes.marts import DailyMarts, MartError
from regimes.parameter_file import ParameterError, load_parameters
from regimes.parameters import Parameters
from regimes.revisions import new_revisions, regime_changes, regime_revisions, regimes_daily
from regimes.states import regime_spans
from regimes.windows import window_labels
from tables.frames import FrameMismatch

__all__ = [
    "Classification",
    "DailyMarts",
    "Family",
    "FrameMismatch",
    "Label",
    "MartError",
    "ParameterError",
    "Parameters",
    "classify",
    "classify_in_chunks",
    "daily_features",
    "features_in_chunks",
    "load_parameters",
    "market_breadth_daily",
    "market_daily",
    "new_revisions",
    "regime_changes",
    "regime_labels",
    "regime_revisions",
    "regime_spans",
    "regimes_daily",
    "window_labels",
]
