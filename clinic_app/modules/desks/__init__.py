"""Workstations (工位): rooms, desks with printer and card reader, the browsers that are desks, their papers."""
