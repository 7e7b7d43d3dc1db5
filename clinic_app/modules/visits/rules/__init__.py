"""Rules of the visits (就诊), by what they decide."""
