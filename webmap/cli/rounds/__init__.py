"""``xundian round``: make, list, change and remove rounds."""
