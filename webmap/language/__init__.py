"""Chinese and English: what is said, in which language, and how every text is gathered."""
