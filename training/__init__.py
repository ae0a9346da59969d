"""How the model in ``storycore/cast/model`` is made: ``make model``. Needs the data that its card names."""
