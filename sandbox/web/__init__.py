"""The sandbox as a page: a chat in the browser, for people, against whatever bot is connected."""

from sandbox.web.page import Page
from sandbox.web.process import BotProcess

__all__ = ["BotProcess", "Page"]
