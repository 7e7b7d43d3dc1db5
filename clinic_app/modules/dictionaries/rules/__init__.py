"""Rules of the dictionaries (字典): what a cell of a list may hold, what changed, when a price may begin."""
