"""A project folder: one script's story, its pictures as files, and ``story.yaml`` to edit, apart from the bot's."""
