"""Steps of the schema of `stock`, in the order of their numbers."""
