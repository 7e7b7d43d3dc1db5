"""People (职工): staff, their roles, and how each of them signs in."""
