"""The states of everything about characters, as views made by hand; drawn by the bot's own sheets."""

from __future__ import annotations

from dataclasses import replace

from bot.ui.cast import cast_sheet, member_card
from bot.ui.characters import character_card, list_page, mix_card, preview_board, proposal_card
from bot.ui.scene import scene_sheet
from bot.ui.sheet import Sheet as Message
from bot.ui.sheet import SheetFile
from storycore.characters.model import Character, Sheet
from storycore.names.model import Mix, Sex
from storycore.prompts.compose import STORY, STYLE
from storycore.prompts.write import DEFAULT_STYLE
from storycore.store.characters import ProposalState
from storycore.studio.characters import CharacterView
from storycore.studio.proposals import ProposalView
from storycore.studio.views import CastView
from storycore.work.jobs.recasting import Concerned
from tests.browser.states import Painted, State, a_round, a_scene, a_story

LOOK = "a young knight with a red beard, a scar over one eye and a dented silver helmet"
OUTFITS = {"armour": "silver mail, a red plume", "feast": "a long blue robe"}
SIEGFRIED = Sheet("Siegfried", ("Sigurd",), "he", LOOK, OUTFITS, "clean shaven", "knights_v2", 0.8)
FAFNIR = Sheet("Fafnir", ("the worm",), "it", "a green dragon with golden eyes and a torn left wing")
MIXED = replace(SIEGFRIED, mix=("Ada Lovelace", "Agatha Christie"), lora="")
CAST = (
    CastView("Siegfried", ("Sigurd", "the knight"), (1, 2, 3, 4), 6, "he", "Siegfried", 1),
    CastView("Fafnir", ("the dragon",), (2, 3), 3, "it", "Fafnir", 2),
    CastView("the old smith", (), (1,), 2, "he"),
)


def character_states(painted: Painted) -> list[State]:
    """Everything about characters, in the order in which people meet it."""
    known = (Character(2, FAFNIR), Character(1, MIXED, "f" * 64), Character(3, Sheet("Kriemhild", pronouns="she")))
    asked = ProposalView(1, FAFNIR, None, ProposalState.WAITING, 2, "Bo", "")
    taken = replace(asked, state=ProposalState.ACCEPTED, character_id=2, decided_by_name="Olu")
    concerned = (Concerned(1, "Siegfried and the dragon", (2, 3), (3,)),)
    story = a_story(tuple(a_scene(number, painted.pictures[:4]) for number in range(1, 5)), cast=CAST)
    portrait = painted.pictures[0]
    card = character_card(CharacterView(known[1], 3, "Bo"), manages=True, portrait="portrait.jpg")
    return [
        State("character-proposed", "A member proposes a character", Message(proposal_card(asked))),
        State("character-accepted", "Accepted", Message(proposal_card(taken, concerned))),
        State("character-list", "The list", Message(list_page(known, (asked,), 0))),
        State("character-card", "One character", Message(card, [SheetFile("portrait.jpg", portrait.path, light=True)])),
        State("character-mix", "A face", Message(mix_card(known[1], Mix("Ada Lovelace", "Agatha Christie", Sex.MALE)))),
        State("character-cast", "A cast sheet with somebody unknown", cast_sheet(story, 1)),
        State("character-unknown", "Somebody unknown", Message(member_card(story, CAST[2], known))),
        *_portraits(painted),
        *_scenes(painted),
    ]


def _portraits(painted: Painted) -> list[State]:
    six = painted.pictures[:6]
    votes = {1: 0, 2: 3, 3: 1, 4: 0, 5: 0, 6: 0}
    shown = a_scene(1, six, title="Siegfried", text=LOOK, votes=votes)
    shown = replace(
        shown, parts=((f"Siegfried, {LOOK}", "Siegfried"), (f"3 poses in 2 lights. {DEFAULT_STYLE}", STYLE))
    )
    board = a_story((shown,), title="Portraits of Siegfried", author_name="Olu", preview_of=1, cast=())
    picked = replace(board, scenes=(replace(shown, pick=2),))
    return [
        State("character-portraits", "Portraits to be voted on", preview_board(board, 1)),
        State("character-portrait-votes", "Three poses in two lights", scene_sheet(board, shown, 1)),
        State("character-reference", "The pick is the reference", preview_board(picked, 1)),
    ]


def _scenes(painted: Painted) -> list[State]:
    four = painted.pictures[:4]
    told = "Siegfried and Fafnir, in the cave, at night. The dragon raised his head and looked at the sword"
    looks = [(f"Siegfried, {LOOK}", "Siegfried"), (f"Fafnir, {FAFNIR.look}", "Fafnir")]
    parts = (*looks, (told, STORY), (DEFAULT_STYLE, STYLE))
    means = "portrait by IP-Adapter FaceID · a region each · faces by ADetailer"
    looked = a_scene(2, four, parts=parts, means=means)
    mine = "Siegfried from behind, in the rain"
    by_hand = a_scene(2, four, edited=True, prompt=mine, offered=("Siegfried",), shown=a_round(four, prompt=mine))
    story = a_story((a_scene(1, four), looked, a_scene(3, four)))
    return [
        State("character-scene", "Two characters in a scene", scene_sheet(story, looked, 1)),
        State("character-merge", "Written by hand, and a look changed", scene_sheet(story, by_hand, 1)),
    ]
