"""A round from its making to its report: what it is drawn from, how, by whose secrets, and what became of it."""
