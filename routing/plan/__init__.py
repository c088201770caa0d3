"""The plan of a round: its problem, its routes as frames, what they come to, remedies for the rest, and its proof."""
