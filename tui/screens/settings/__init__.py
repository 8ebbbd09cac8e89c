"""设置: one's own, and what an administrator looks after."""
