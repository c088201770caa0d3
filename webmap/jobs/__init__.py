"""Long work: rows of the city, the worker processes that do them, and their pages."""
