"""Rules of the consultation (接诊): quantities of a prescription line, its days, and allergy stops."""
