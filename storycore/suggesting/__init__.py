"""Suggestions of prompts and of how a script might go on, by a service that whoever runs the bot may set up."""
