"""Pages, phones, commands."""
