"""Long work: rows of the city that worker processes do, and their pages; what is not there yet runs in threads."""
