"""Who may use which command: told by ``/help`` and ``docs/permissions.md``; a test tries every one of them.

The studio decides, in the transaction of every act; this says which act a command asks about.
"""

from __future__ import annotations

from storycore.studio.permissions import RULES, Act, Rule

#: Reading only (or one's own alone), for everybody who sees the place.
READING = None

COMMANDS: dict[str, Act | None] = {
    "story new": Act.CREATE,
    "story batch": Act.CREATE,
    "story show": READING,
    "story film": Act.STEER,
    "story cancel": Act.OWN,
    "story vote": Act.STEER,
    "story invite": Act.OWN,
    "story uninvite": Act.OWN,
    "story list": READING,
    "story suggest": Act.STEER,
    "story delete": Act.OWN,
    "story export": Act.STEER,
    "story import": Act.CREATE,
    "story duplicate": Act.STEER,
    "cast show": READING,
    "cast rename": Act.STEER,
    "cast merge": Act.STEER,
    "cast split": Act.STEER,
    "cast remove": Act.STEER,
    "cast answer": Act.STEER,
    "cast undo": Act.STEER,
    "cast link": Act.STEER,
    "cast wear": Act.STEER,
    "character add": READING,  # whoever may not manage characters proposes
    "character edit": Act.CHARACTERS,
    "character list": READING,
    "character show": READING,
    "character remove": Act.CHARACTERS,
    "character merge": Act.CHARACTERS,
    "character alias": Act.CHARACTERS,
    "character preview": Act.CHARACTERS,
    "character reference": Act.CHARACTERS,
    "character import": Act.CHARACTERS,
    "character export": READING,
    "character mix": Act.CHARACTERS,
    "style add": Act.CHARACTERS,
    "style edit": Act.CHARACTERS,
    "style show": READING,
    "style list": READING,
    "style set": Act.STEER,  # of the thread's story; for new stories Act.SETTINGS
    "style remove": Act.CHARACTERS,
    "line speaker": Act.STEER,
    "line words": Act.STEER,
    "scene split": Act.STEER,
    "scene join": Act.STEER,
    "scene border": Act.STEER,
    "scene move": Act.STEER,
    "scene add": Act.STEER,
    "scene delete": Act.STEER,
    "scene more": Act.EDIT,
    "scene report": READING,  # any member
    "privacy export": READING,  # one's own; others' are for admins
    "privacy erase": READING,
    "help": READING,
    "audit": Act.SETTINGS,
    "moderation list": Act.MODERATE,
    "moderation block": Act.MODERATE,
    "moderation unblock": Act.MODERATE,
    "voice list": READING,
    "voice try": READING,
    "voice set": Act.STEER,
    "queue show": READING,
    "queue pause": Act.QUEUE,
    "queue resume": Act.QUEUE,
    "queue quiet": Act.QUEUE,
    "settings show": Act.SETTINGS,
    "settings set": Act.SETTINGS,
    "host add": Act.HOSTS,
    "host list": Act.HOSTS,
    "host test": Act.HOSTS,
    "host drain": Act.HOSTS,
    "host remove": Act.HOSTS,
}

#: What each act allows, after "may".
ACTS: dict[Act, str] = {
    Act.CREATE: "hand in stories",
    Act.VOTE: "vote for pictures, with buttons and reactions",
    Act.EDIT: "rewrite prompts and ask for other pictures",
    Act.STEER: "pick, correct, recast and film a story",
    Act.OWN: "cancel and delete a story, invite co-authors",
    Act.CHARACTERS: "keep the server's characters and styles",
    Act.HOSTS: "add, drain and remove GPU hosts",
    Act.QUEUE: "pause painting, set quiet hours",
    Act.SETTINGS: "change settings, read the audit",
    Act.MODERATE: "hide and delete reported pictures, warn and block members",
}


def who(rule: Rule) -> str:
    """Who may, as a rule says it, for people: with no roles set, and then with them."""
    if rule.open:
        beside = _beside(rule)
        return f"everyone; with `{_key(rule)}` set: {', '.join(['these roles', *beside, 'admins'])}"
    roles = [f"roles in `{_key(rule)}`"] if rule.roles else []
    return ", ".join([*_beside(rule), *roles, "admins"])


def _beside(rule: Rule) -> list[str]:
    named = [("the author", rule.author), ("co-authors", rule.co_authors)]
    named += [("those who manage stories", rule.managers), ("moderators", rule.moderators)]
    return [words for words, holds in named if holds]


def _key(rule: Rule) -> str:
    return rule.roles.replace("_", ".", 1)


def permissions_page(described: dict[str, str]) -> str:
    """``docs/permissions.md``: every act with who may, every command (``described``: by name) with its act."""
    lines = [
        "# Who may do what",
        "",
        "Written from the code (`bot/rights.py`, `storycore/studio/permissions.py`); a test compares them. Rights are",
        "asked for at every command, button, menu, form and reaction, at the moment it is used, by the server's rules.",
        "Admins may *Manage Server*, moderators *Manage Messages* where the story lives. Whoever is blocked may look,",
        "and report. What belongs to one server does not exist in another.",
        "",
        "| act | what | who |",
        "|---|---|---|",
        *(f"| {act.value} | {ACTS[act]} | {who(RULES[act])} |" for act in Act),
        "",
        "## Commands",
        "",
        "| command | what it does | act |",
        "|---|---|---|",
        *(
            f"| `/{name}` | {described[name]} | {'everyone' if (act := COMMANDS[name]) is None else act.value} |"
            for name in sorted(COMMANDS)
        ),
    ]
    return "\n".join(lines) + "\n"
