"""The streets as the routes use them: arcs, engines, speeds, closures, and the way in words."""
