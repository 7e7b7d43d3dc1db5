"""Steps of the consultation's tables."""
