"""``python -m bot``: the same as ``fireside run``."""

from bot.cli.run import run

if __name__ == "__main__":
    run()
