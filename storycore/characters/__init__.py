"""A server's characters: what is known of each beforehand, and who of a story's cast is one of them."""
