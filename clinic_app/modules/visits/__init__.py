"""Visits (就诊): registration, the queue of the day, cancelling, and receiving without a number."""
