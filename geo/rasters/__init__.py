"""Square cells in metres: the raster of a city, its rows and columns, and sums over discs of cells."""
