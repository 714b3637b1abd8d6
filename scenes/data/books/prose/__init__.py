"""Who speaks in prose whose paragraphs take turns: modern Chinese, and English."""
