"""The pages by which data comes in: upload, look, confirm, undo, and what is still without a place or a zone."""
