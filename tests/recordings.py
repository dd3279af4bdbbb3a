"""Where the recordings lie that may not be copied into the repository: beside it. Without them their tests skip."""

from __future__ import annotations

from tests.pipelines import PROJECT

SAMPLES = PROJECT.parent / "shared" / "api_samples"
RECORDED = PROJECT.parent / "shared" / "recorded_market"
NO_SAMPLES = "the recorded samples are not here: ../shared/api_samples"
NOT_RECORDED = "the recorded market is not here: ../shared/recorded_market"
