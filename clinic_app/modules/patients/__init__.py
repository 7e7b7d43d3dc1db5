"""Patients (患者): who people are, how they are found, their allergies, and which records are one person."""
