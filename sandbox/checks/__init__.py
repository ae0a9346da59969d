"""What the sandbox insists on: Discord's limits, its OpenAPI document, the keys that events must have."""
