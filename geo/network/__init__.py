"""Roads to minutes: contraction, snapping, travel time, reach. Knows nothing of coverage."""
