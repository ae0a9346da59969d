"""A whole story as one file: what is in it, how it is packed, and how a stranger's is taken apart with care."""
