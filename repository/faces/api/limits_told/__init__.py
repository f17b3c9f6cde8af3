"""All limits, told to clients before they begin; those of single datasets, which administrators set."""
