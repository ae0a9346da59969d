"""The parts of the understander ``model``: mentions, names, chains, speech, turns, and what comes of them."""
