"""The one place that joins the rooms: files in, a study out; a study in, an answer out; the data desk between."""

from geo.study.answers import (
    Journey,
    Network,
    assumptions_for,
    journeys,
    nearest_by_tier,
    nearest_counted,
    network_of,
    surface_of,
)
from geo.study.build import STEPS, Progress, build_study, open_study, study_header, study_names

__all__ = [
    "STEPS",
    "Journey",
    "Network",
    "Progress",
    "assumptions_for",
    "build_study",
    "journeys",
    "nearest_by_tier",
    "nearest_counted",
    "network_of",
    "open_study",
    "study_header",
    "study_names",
    "surface_of",
]
