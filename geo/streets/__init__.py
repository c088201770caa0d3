"""The street network as records: from OSM or an edge file, who may use it, and points snapped onto it."""
