"""Words for places: what can be a scene's ground."""

from __future__ import annotations

from storycore.script.words import word_set

PLACES = word_set(
    """attic alley arena bakery balcony bank barn bay beach bedroom bridge cabin camp canyon castle cathedral cave
    cellar chapel church city classroom cliff clearing coast corridor cottage courtyard crossroads deck desert
    ditch dock dungeon farm field forest forge fortress garden gate glade graveyard grove hall harbor harbour hill
    hospital hotel house hut inn island jungle kitchen lab laboratory lake library lighthouse market meadow mill
    mine moor mountain museum office orchard palace park path pier pond prison pub pyramid rainforest river road
    roof room ruins school sea shed ship shop shore smithy spaceship square stable station stage street submarine
    swamp tavern temple tent theater theatre throne tomb tower town train tunnel valley village volcano wood woods
    workshop yard battlefield airport stairs"""
)
#: More of them: grounds that a story names and pictures seldom need.
GROUNDS = PLACES | word_set(
    """abbey apartment barracks basement bathroom boat bog brook cafe café carriage castle-yard cavern chamber
    churchyard cloister coach countryside den doorstep doorway farmhouse farmyard gallery gateway gym hallway
    haven heath hedge highway hillside hilltop hollow homestead hovel jetty lair lane lawn ledge lodge loft
    mainland mall marsh meadows moat monastery mountainside nest nursery oasis ocean parlor parlour passage
    pasture patio pavement peak pit plain platform playground porch port quarry quay rapids ravine reef restaurant
    ridge riverbank roadside rock rooftop saloon sanctuary seashore shack shelter spring stadium stream subway
    summit supermarket thicket threshold track trail treetop vault wasteland waterfall well wharf wilderness
    windmill"""
)
