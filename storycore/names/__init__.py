"""Names that painters know, and the mixing of two into a face nobody has."""
