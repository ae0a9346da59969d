"""Every state that the bot's messages can be in, as views made by hand; drawn by the bot's own sheets."""

from __future__ import annotations

import asyncio
import hashlib
import io
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageFilter

from bot.ui.film import film_sheet, progress_sheet
from bot.ui.scene import scene_sheet
from bot.ui.sheet import Sheet
from bot.ui.storyboard import storyboard_sheet
from bot.ui.suggest_items import suggestion_card
from storycore.film.program import program
from storycore.hosts.previews import Preview
from storycore.images.board import PAGE, board_picture
from storycore.images.storyboard.painter import CREDIT, paint
from storycore.store.models import RoundReason, StoryState, WorkState
from storycore.studio.contact import Contact, cells_of, described_by
from storycore.studio.line import Standing
from storycore.studio.suggestions import Suggested
from storycore.studio.together_views import AuthorView
from storycore.studio.views import CandidateView, CastView, FilmView, RoundView, SceneView, StoryView
from storycore.studio.voting_views import Decision, VotingView
from storycore.voting.rules import How, Mode

PROMPT = "Siegfried, a young man in a blue cloak, stands at the edge of a dark forest at dusk, storybook illustration"
TEXT = (
    "At dusk Siegfried came to the edge of the forest. The birds had fallen silent, and between the trees something "
    "breathed. “Come out,” he called, “and let me see how large you are.”"
)
#: When a vote closes.
UNTIL = datetime.now(UTC) + timedelta(hours=3)
AWAY = "The painter at host “attic” does not answer. Next try in 60 s."
STORIES = ("Siegfried comes to the forest", "What breathed between the trees", "The cave", "Home again")


@dataclass(frozen=True)
class State:
    """One picture of the documentation: its name, what it shows, and the message."""

    name: str
    caption: str
    sheet: Sheet


class Painted:
    """Pictures and a film in a folder, painted once."""

    def __init__(self, folder: Path) -> None:
        self.pictures = [self._picture(folder, seed) for seed in range(1, 10)]
        self.film = folder / "film.mp4"
        source = ["-f", "lavfi", "-i", "anullsrc", "-loop", "1", "-i", str(self.pictures[0].path)]
        coded = ["-t", "2", "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"]
        subprocess.run([program(), "-v", "error", *source, *coded, str(self.film)], check=True)

    def _picture(self, folder: Path, seed: int) -> CandidateView:
        file = io.BytesIO()
        with Image.open(io.BytesIO(paint(PROMPT, "", seed, 448, 256))) as image:
            image.convert("RGB").save(file, "JPEG", quality=85)
        name = hashlib.sha256(file.getvalue()).hexdigest()
        path = folder / f"{name}.jpg"
        path.write_bytes(file.getvalue())
        return CandidateView(seed, name, path, 448, 256)


def blurred(path: Path) -> bytes:
    """A picture as a host's live preview shows it half-way."""
    file = io.BytesIO()
    with Image.open(path) as image:
        image.filter(ImageFilter.GaussianBlur(6)).save(file, "JPEG", quality=70)
    return file.getvalue()


def a_round(pictures: list[CandidateView], **changes: Any) -> RoundView:
    made = RoundView(1, 1, PROMPT, WorkState.DONE, RoundReason.FIRST, 1.0, "", "", tuple(pictures))
    return replace(made, **changes)


def coming(state: WorkState = WorkState.WORKING, **changes: Any) -> RoundView:
    return a_round([], **{"number": 2, "state": state, "progress": 0.4, "asked_by_name": "Bo", **changes})


def a_scene(number: int, pictures: list[CandidateView], **changes: Any) -> SceneView:
    shown = a_round(pictures) if pictures else None
    votes = {picture.number: 0 for picture in pictures}
    title = STORIES[number - 1]
    made = SceneView(number, number, title, TEXT, PROMPT, False, (), shown, None, None, None, votes)
    return replace(made, **changes)


def a_film(**changes: Any) -> FilmView:
    made = FilmView(
        id=1,
        state=WorkState.WORKING,
        waits_for_pictures=False,
        progress=0.3,
        problem="",
        asked_by_id=1,
        asked_by_name="Ada",
        seconds=65.0,
        media="f" * 64,
        path=None,
        bytes=6 * 2**20,
        width=1280,
        height=720,
        fps=24,
        made=4,
        reused=0,
    )
    return replace(made, **changes)


def a_story(scenes: tuple[SceneView, ...] = (), **changes: Any) -> StoryView:
    cast = (CastView("Siegfried", (), (1, 2, 3, 4), 6), CastView("the dragon", (), (2, 3), 3))
    made = StoryView(
        id=1,
        title="Siegfried and the dragon",
        author_id=1,
        author_name="Ada",
        server_id=1,
        channel_id=2,
        thread_id=3,
        state=StoryState.OPEN,
        problem="",
        place_problem="",
        parts=0,
        candidates=4,
        version=1,
        words=812,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        scenes=scenes,
        cast=cast if scenes else (),
    )
    return replace(made, **changes)


def boards(pictures: list[CandidateView]) -> list[tuple[str, str, StoryView]]:
    """The storyboard's states: name, caption, story."""
    four = pictures[:4]
    whole = tuple(a_scene(number, four, pick=2 if number == 1 else None) for number in range(1, 5))
    half = (
        *whole[:2],
        a_scene(3, [], coming=coming()),
        a_scene(4, [], coming=coming(WorkState.WAITING)),
    )
    stuck = tuple(a_scene(n, [], coming=coming(WorkState.WAITING, problem=AWAY, progress=0.0)) for n in range(1, 5))
    decided = tuple(replace(scene, pick=2, decision=Decision(How.VOTE)) for scene in whole)
    many = tuple(
        replace(whole[at % 4], id=at + 1, number=at + 1, second_pick=3 if at == 4 else None) for at in range(20)
    )
    alone = VotingView(Mode.SOLO, own=True)
    shut = VotingView(closed_at=UNTIL, closed_why="every scene had 5 votes")
    gap = (*whole[:3], a_scene(4, [], failed=a_round([], state=WorkState.FAILED, problem="It ran out of memory.")))
    long = "This script makes 57 scenes; a story here has at most 20. It can be made in 3 parts."
    unread = "There is no story in this script: it has headings, but no sentence."
    done = a_film(state=WorkState.DONE, progress=1.0)
    locked = "This story's thread is locked. A moderator can unlock it."
    return [
        ("board-reading", "A script has just been handed in", a_story(state=StoryState.READING)),
        ("board-too-long", "Too long: offered in parts", a_story(state=StoryState.TOO_LONG, problem=long, parts=3)),
        ("board-split", "Made in parts", a_story(state=StoryState.SPLIT, problem="This story goes on in 3 parts.")),
        ("board-failed", "A script that cannot be read", a_story(state=StoryState.FAILED, problem=unread)),
        ("board-painting", "Painting", a_story(half)),
        ("board-no-painter", "No painter answers", a_story(stuck)),
        ("board-film-waits", "A film asked for early", a_story(half, films=(a_film(waits_for_pictures=True),))),
        ("board-voting", "The pictures are here", a_story(whole)),
        ("board-until", "A vote that closes", a_story(whole, voting=VotingView(closes_at=UNTIL, quorum=5))),
        (
            "board-solo",
            "The authors pick",
            a_story(whole, voting=alone, co_authors=(AuthorView(2, "Bo"),)),
        ),
        ("board-many", "More scenes than one picture holds", a_story(many, voting=alone)),
        ("board-closed", "The vote is closed", a_story(decided, voting=shut)),
        ("board-gap", "One scene without pictures", a_story(gap)),
        ("board-paused", "A place that refuses", a_story(whole, place_problem=locked)),
        ("board-filming", "Filming", a_story(whole, films=(a_film(),))),
        ("board-done", "The film is there", a_story(whole, films=(done,))),
        ("board-cancelled", "Cancelled", a_story(whole, state=StoryState.CANCELLED, problem="Cancelled by Mo.")),
    ]


def scenes(pictures: list[CandidateView]) -> list[tuple[str, str, SceneView]]:
    """A scene's states: name, caption, scene."""
    four = pictures[:4]
    voted = {1: 1, 2: 3, 3: 0, 4: 1}
    memory = a_round([], number=2, state=WorkState.FAILED, problem="The painter ran out of memory.")
    first: dict[str, Any] = {"number": 1, "asked_by_name": ""}
    next_ = coming(WorkState.WAITING, **first, standing=Standing(1, 42.0, at_hosts=True))
    at_host = coming(**first, standing=Standing(0, 14.0, "attic", at_hosts=True))
    new = {"edited": True, "prompt": "the same, but at night, under a full moon", "votes": voted}
    return [
        ("scene-next", "At a GPU host: next in the queue", a_scene(1, [], coming=next_)),
        ("scene-coming", "At a GPU host: being painted", a_scene(1, [], coming=at_host)),
        ("scene-fresh", "New pictures, no votes yet", a_scene(1, four)),
        ("scene-votes", "Votes", a_scene(1, four, votes=voted)),
        ("scene-picked", "Picked by the author", a_scene(1, four, votes=voted, pick=4)),
        ("scene-closed", "The vote is closed", a_scene(1, four, votes=voted, pick=2, decision=Decision(How.VOTE))),
        ("scene-nine", "Nine pictures", a_scene(1, pictures)),
        ("scene-one", "One picture", a_scene(1, pictures[:1])),
        ("scene-waiting", "Rewritten: waiting", a_scene(1, four, coming=coming(WorkState.WAITING), **new)),
        ("scene-painting", "Rewritten: painting", a_scene(1, four, coming=coming(), **new)),
        ("scene-no-painter", "No painter answers", a_scene(1, four, coming=coming(problem=AWAY), **new)),
        ("scene-repaint-failed", "New pictures failed", a_scene(1, four, votes=voted, failed=memory)),
        ("scene-no-pictures", "No pictures", a_scene(1, [], failed=memory)),
        ("scene-more", "More like one of them", a_scene(1, four, votes=voted, coming=replace(coming(), like=2))),
        ("scene-dropped", "Words that do not go here", a_scene(1, four, votes=voted, dropped=("gruesome", "naked"))),
    ]


def films() -> list[tuple[str, str, FilmView]]:
    """The states of a film on its way: name, caption, film."""
    slow = "The voices' program was stopped. Next try in 15 s."
    return [
        ("film-waits", "Waits for pictures", a_film(state=WorkState.WAITING, waits_for_pictures=True)),
        ("film-begins", "About to be made", a_film(state=WorkState.WAITING)),
        ("film-progress", "Being made", a_film()),
        ("film-trouble", "Trouble on the way", a_film(problem=slow)),
        ("film-failed", "Failed", a_film(state=WorkState.FAILED, problem="There is no space left for the film.")),
        ("film-cancelled", "Cancelled", a_film(state=WorkState.CANCELLED)),
        ("film-withheld", "Moderators hid a picture", a_film(state=WorkState.DONE, progress=1.0, withheld=True)),
        ("film-finished", "Finished", a_film(state=WorkState.DONE, progress=1.0)),
    ]


def contact(painted: Painted, story: StoryView, page: int = 0) -> Contact | None:
    """The picture of a storyboard, drawn as the bot draws it. Not to be called on an event loop."""
    if not story.painted:
        return None
    scenes = story.scenes[page * PAGE : (page + 1) * PAGE]
    cells, titled = cells_of(scenes)
    data = asyncio.run(board_picture(cells, 448 / 256))
    key = hashlib.sha256(data).hexdigest()
    path = painted.film.parent / f"{key}.jpg"
    path.write_bytes(data)
    return Contact(path, key, page, -(-len(story.scenes) // PAGE), titled, described_by(scenes))


def all_states(painted: Painted) -> list[State]:
    """Every message in a channel or thread, in a story's order. Not to be called on an event loop."""
    made = [
        State(name, words, storyboard_sheet(view, f"{CREDIT}.", 1, contact(painted, view)))
        for name, words, view in boards(painted.pictures)
    ]
    story = a_story(tuple(a_scene(number, painted.pictures[:4]) for number in range(1, 5)))
    so_far = Preview(3, blurred(painted.pictures[0].path))
    made += [
        State(name, words, scene_sheet(story, view, 1, so_far if name == "scene-coming" else None))
        for name, words, view in scenes(painted.pictures)
    ]
    suggested = Suggested(1, "Siegfried at the edge of a black forest, torch raised, mist between the firs", ("naked",))
    made.append(State("scene-suggestion", "A prompt is suggested, to one person", Sheet(suggestion_card(1, suggested))))
    over = replace(story, state=StoryState.CANCELLED)
    made.append(State("scene-over", "Cancelled", scene_sheet(over, a_scene(1, painted.pictures[:4]), 1)))
    made += [State(name, words, progress_sheet(story, view, 1)) for name, words, view in films()]
    done = a_film(state=WorkState.DONE, path=painted.film)
    noted = replace(done, notes=("Scene 3 is silent: there is no voice for Welsh here.",))
    made.append(State("film-itself", "The film", film_sheet(story, done, painted.film, 1)))
    made.append(State("film-notes", "The film, with a note", film_sheet(story, noted, painted.film, 1)))
    return made
