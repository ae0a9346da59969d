"""Word lists of the simple rules: who can be somebody, which verbs speak, and which capitals are no names."""

from __future__ import annotations

from storycore.script.words import word_set

MALE = word_set(
    """man boy king prince father dad grandfather grandpa brother son uncle husband lord sir knight wizard monk duke
    emperor gentleman lad bridegroom nephew hero fisherman huntsman woodcutter blacksmith smith abbot priest
    waiter cowboy policeman fireman sailor miller tailor merchant shepherd squire baron count pharaoh sultan
    grandson stepfather godfather warlock sorcerer bull rooster ram stallion stepbrother widower guy"""
)
FEMALE = word_set(
    """woman girl queen princess mother mum mom grandmother grandma granny sister daughter aunt wife lady witch maid
    maiden nun duchess empress bride niece heroine stepmother stepsister godmother mermaid nurse sorceress goddess
    widow countess baroness hen cow mare goose-girl milkmaid waitress policewoman fairy granddaughter nanny"""
)
CREATURES = word_set(
    """dragon bird wolf fox bear lion tiger cat dog horse mouse rat rabbit hare owl crow raven eagle frog toad snake
    serpent fish hedgehog squirrel deer stag donkey ass pig sheep lamb goat duck goose swan spider bee ant fly
    butterfly beetle elephant monkey ape whale shark dolphin octopus turtle tortoise crocodile parrot sparrow
    swallow pigeon dove nightingale stork cock chicken kitten puppy pony unicorn griffin phoenix giant troll ogre
    dwarf elf goblin gnome ghost spirit vampire werewolf monster beast demon devil imp angel genie djinn robot
    android alien machine creature zombie skeleton snowman scarecrow gingerbread badger beaver otter mole bat
    lizard crab snail worm wasp cricket grasshopper penguin seal panther leopard camel zebra giraffe hippo rhino
    kangaroo koala panda raccoon skunk weasel hamster pixie nymph sphinx minotaur centaur cyclops kraken wraith
    golem hound cub fawn foal calf duckling gull seagull heron hawk falcon peacock turkey moth firefly ladybird
    ladybug caterpillar chameleon dinosaur mammoth walrus"""
)
NEUTRAL = word_set(
    """child baby person stranger friend neighbour neighbor teacher student doctor captain soldier guard servant
    baker cook chef farmer hunter fisher thief robber pirate traveller traveler wanderer beggar judge mayor
    minister messenger guest host innkeeper landlord master mistress apprentice builder carpenter painter poet
    singer musician dancer actor player writer author scientist professor inventor engineer pilot driver astronaut
    detective officer spy agent gardener butcher shopkeeper librarian clerk boss leader chief elder sage prophet
    oracle hermit saint pilgrim warrior archer ranger rogue cleric paladin bard druid mage necromancer assassin
    mercenary bandit outlaw slave prisoner jailer executioner rider coachman ferryman lighthouse-keeper keeper
    watchman sheriff commander general admiral lieutenant sergeant colonel president ambassador cousin twin parent
    grandparent orphan kid teenager youth visitor customer patient nurse hero villain enemy rival lover companion
    voice figure shadow narrator crier porter butler cobbler weaver potter tinker peddler juggler clown jester
    magician acrobat"""
)
ANIMATE = MALE | FEMALE | CREATURES | NEUTRAL

TITLES = word_set(
    """king queen prince princess lord lady sir dame duke duchess count countess baron baroness emperor empress
    captain doctor dr mr mrs miss ms professor father mother brother sister uncle aunt grandma grandpa granny
    saint st master mistress general admiral colonel sergeant lieutenant commander officer sheriff mayor president
    judge detective agent madame madam monsieur herr frau don doña old little big young"""
)
#: Titles that only describe: not kept as a part of the name.
PLAIN_TITLES = word_set("old little big young poor dear good brave")

SPEECH_VERBS = word_set(
    """said says say asked asks ask cried cries replied replies answered answers whispered whispers shouted shouts
    called calls growled growls muttered mutters added adds laughed laughs sang sings screamed screams yelled
    yells murmured murmurs sighed sighs exclaimed exclaims hissed hisses roared roars snapped snaps begged begs
    demanded demands declared declares announced announces explained explains continued continues went goes
    groaned groans moaned moans grumbled grumbles mumbled stammered stuttered gasped gasps sobbed sobs wept
    chuckled giggled grinned smiled barked meowed purred croaked chirped squeaked squealed hooted howled bellowed
    thundered boomed whined wailed repeated interrupted observed remarked returned thought wondered agreed
    admitted promised warned ordered commanded told tells tell nodded suggested insisted protested pleaded urged
    inquired enquired responded retorted snarled sneered spat rasped breathed drawled joked teased chanted hummed
    crowed cackled quoth beeped buzzed rumbled bleated neighed brayed concluded began begins mused ventured chimed
    piped panted scolded exulted groused quipped greeted"""
)
#: Past forms that do not end in -ed, and present forms that stories are told in.
VERBS = SPEECH_VERBS | word_set(
    """was were is are am had has have did does do went goes came comes ran runs sat sits stood stands lay lies slept
    sleeps woke wakes ate eats drank drinks flew flies fell falls rose rises rode rides swam swims took takes gave
    gives got gets made makes saw sees heard hears felt feels knew knows thought thinks held holds kept keeps left
    leaves met meets lost loses won wins fought fights broke breaks threw throws caught catches found finds built
    builds bought brought brings led leads hid hides shook shakes sprang leapt leaps jumps swept wept bent crept
    dug drew draws drove drives grew grows hung set shut sold sent sends spent struck swung tore wore wears wrote
    writes began begins became becomes forgot forgave froze bit bites bled blew blows chose climbs walks looks
    turns opens closes lives loves wants waits watches works plays smiles laughs cries dances sings rings steps
    rolls guards carries pulls pushes points nods could would should will can must might may never always still
    only also then again suddenly slowly quickly just thrust sank drank spoke speaks stole steals hit cut put let
    read paid lit burst beats pours reaches enters"""
)

PERSON_PRONOUNS = {
    "he": "m", "him": "m", "his": "m", "himself": "m",
    "she": "f", "her": "f", "hers": "f", "herself": "f",
    "it": "n", "its": "n", "itself": "n",
}  # fmt: skip
DETERMINERS = word_set("the a an my his her their our your this that its another one")

STRONG_PLACE = word_set("in at into near through inside outside across around throughout within toward towards onto")
WEAK_PLACE = word_set("to from of beyond past over under above below by beside behind")
PLACE_WORDS = word_set(
    """castle river street road lane city town village forest wood woods mountain mount mountains hill lake sea ocean
    island isle bay valley tower palace house hall park garden school church bridge square avenue kingdom land
    desert canyon creek harbour harbor station inn tavern north south east west empire academy temple cave caves"""
)
#: Capitalised words that are nobody: days, months, feasts, peoples, exclamations, and what begins sentences.
NO_NAMES = word_set(
    """i i'm i'll i've i'd monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december christmas easter halloween hanukkah ramadan thanksgiving
    english french german american british italian spanish russian chinese japanese indian greek roman latin dutch
    irish scottish europe america africa asia england france germany london paris berlin rome new earth god lord
    heaven hell internet oh ah aha alas hey hi hello goodbye bye yes no yeah nope ok okay please thanks thank well
    hush shh wow ouch hurrah hooray bravo look listen wait stop come go run help never always maybe perhaps sure
    why what who where when how which the a an and but or so then there here this that these those it he she they
    we you my your his her our their its if as at in on to for from by with of into over under after before while
    until since because though although once one two three all some many every each no not only just even still
    also again soon later suddenly finally meanwhile now today tomorrow yesterday tonight let's let don't do did
    does was were is are am be been have has had will would can could should must might shall said says asked mr
    mrs ms miss sir madam tv dvd usa uk eu ok pm am mom's dad's both another such each other others nobody nothing
    everyone everybody someone something anything inside outside far deep high down up out off back away long
    first last next good great dear welcome chapter scene act part end"""
)
