"""Steps of the schema of `dictionaries`, in the order of their numbers."""
