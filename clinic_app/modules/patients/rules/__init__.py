"""Rules of the patients (患者): identity numbers, names, birth dates, ages, phones and what of them is shown."""
