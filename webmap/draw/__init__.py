"""The pages of a draw: bind, draw, disclose, verify; and the same as files of their own."""
