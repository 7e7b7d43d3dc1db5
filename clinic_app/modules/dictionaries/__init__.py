"""Dictionaries (字典): drugs, services, diagnoses, prices, allergy groups, frequencies, routes and divisions."""
