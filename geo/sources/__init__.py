"""What the coordinates and shapes of a file mean: one table of rules for points, zones, edges and tables."""
