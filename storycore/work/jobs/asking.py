"""How each kind of work is asked for: its workflow, its id, its place in the queue."""

from __future__ import annotations

from storycore.hosts.dispatcher import painting_key
from storycore.store.models import FilmRow, RoundRow, StoryRow
from storycore.work.engine import Job, Queue, Urgency


def understanding_id(story_id: int) -> str:
    """The workflow id of understanding a story."""
    return f"understand-{story_id}"


def painting_id(round_: RoundRow) -> str:
    """The workflow id of painting a round: each try is a workflow of its own."""
    return painting_key(round_.id, round_.attempt)


def film_ids(film: FilmRow) -> list[str]:
    """The workflow ids of making a film: speaking, then filming; each attempt has its own."""
    return [f"speak-{film.id}-{film.attempt}", f"film-{film.id}-{film.attempt}"]


def understanding(story: StoryRow) -> Job:
    """Understand a story, ahead of everything: it is what the author looks at first (not so in a batch)."""
    urgency = Urgency.WAITED_FOR if story.batch_id is None else Urgency.OVERNIGHT
    priority = urgency.priority(0)
    return Job("understand", Queue.UNDERSTANDING, understanding_id(story.id), story.id, priority)


def correcting(story: StoryRow) -> Job:
    """Read a story again after its latest correction: somebody waits for it."""
    workflow_id = f"correct-{story.id}-{story.corrected}"
    return Job("correct", Queue.UNDERSTANDING, workflow_id, story.id, Urgency.WAITED_FOR.priority(0))


def recasting(character_id: int, version: int) -> Job:
    """Put prompts together anew after a character's latest change."""
    workflow_id = f"recast-{character_id}-{version}"
    return Job("recast", Queue.UNDERSTANDING, workflow_id, character_id, Urgency.WAITED_FOR.priority(1))


def painting(round_: RoundRow, priority: int, delay_s: float = 0.0) -> Job:
    """Paint a round, at its place in the queue (``storycore.work.jobs.queueing`` gives places)."""
    return Job("paint", Queue.PAINTING, painting_id(round_), round_.id, priority, delay_s)


def speaking(film: FilmRow) -> Job:
    """Speak a film's lines."""
    return Job("speak", Queue.SPEECH, film_ids(film)[0], film.id, Urgency.WAITED_FOR.priority(0))


def filming(film: FilmRow) -> Job:
    """Make a film of pictures and voices that are there."""
    return Job("film", Queue.FILM, film_ids(film)[1], film.id, Urgency.WAITED_FOR.priority(0))


def closing_id(story_id: int, asked: int) -> str:
    """The workflow id of closing a vote: each closing time that was set has its own."""
    return f"close-vote-{story_id}-{asked}"


def closing(story_id: int, asked: int, left_s: float) -> Job:
    """Close a story's vote in ``left_s`` seconds."""
    priority = Urgency.WAITED_FOR.priority(0)
    return Job("close_vote", Queue.VOTES, closing_id(story_id, asked), story_id, priority, max(left_s, 0.01))
