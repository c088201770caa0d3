"""Who asks, and what that account may see and do."""
