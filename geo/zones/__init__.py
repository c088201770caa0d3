"""Responsibility zones and unit grid cells: their tree, their codes, who answers for a place, and how they are cut."""
