"""Names that stand in for others: from many languages, and made up, so that the words around a name count."""

from __future__ import annotations

import random

_GIVEN = """
    Amara Ngozi Chidi Kwame Abena Yaw Zuberi Imani Thabo Lerato Sipho Nandi Fatima Yusuf Layla Omar Zahra Hassan Amina
    Karim Leila Samir Dalia Rashid Mariam Tariq Shirin Darius Roya Cyrus Anahit Aram Levon Nino Giorgi Tamar Ayşe Mehmet
    Elif Emre Deniz Priya Arjun Ravi Lakshmi Anand Meera Rohan Sita Vikram Kavya Bao Mai Tuan Lan Minh Hoa Yuki Haruto
    Sakura Ren Aiko Hiro Emiko Jin Minjun Seoyeon Jiwoo Wei Mei Lian Xiu Jun Ling Tao Putri Budi Dewi Malia Keanu Tane
    Aroha Kiri Wiremu Nayeli Itzel Citlali Tlaloc Inti Killa Mateo Lucía Sofía Diego Camila Joaquín Inés Rafael Beatriz
    João Mariana Tiago Chiara Luca Giulia Matteo Fiorella Enzo Amélie Étienne Colette Thibault Margaux Anneliese Jürgen
    Heidi Klaus Liesel Otto Frieda Sven Astrid Bjorn Freya Ingrid Leif Solveig Torsten Aino Väinö Eero Katarzyna Piotr
    Zofia Wojtek Agnieszka Jana Pavel Ludmila Milan Vesna Dragan Ivana Bogdan Ileana Radu Dmitri Olga Ivan Vasilisa
    Natasha Boris Eszter László Nikos Eleni Sophia Theo Aoife Niamh Cormac Siobhan Ewan Morag Rhys Cerys Gwen Tom Ben
    Sam Max Lily Rosie Molly Jack Harry Ella Ruby Finn Nora Hugo Clara Edgar Ada Felix Iris Jasper Luna Oscar Pearl
    Rufus Stella Victor Willa Zack Mia Leo Kai Zoe Nico Ash Robin Sky Jules Ezra Toby Daisy Barnaby Tilly Percy Mabel
    Archie Hazel Wally Dot Pip Bramble Biscuit Whiskers Pickle Button Rusty Pepper Mochi Ember Shadow Storm Blaze"""

_FAMILY = """
    Okafor Mensah Dlamini Haddad Nazari Petrosyan Yılmaz Sharma Patel Iyer Nguyen Tanaka Suzuki Kim Park Chen Wang Li
    Garcia Moreno Silva Costa Rossi Bianchi Dubois Moreau Schmidt Bauer Lindqvist Hansen Virtanen Kowalski Novak
    Ivanov Popescu Nagy Papadakis Murphy Campbell Evans Smith Jones Brown Taylor Harper Thorne Blackwood Hollis Marsh
    Whitlock Penrose Grey Finch Crane Wolfe Ashford Underhill Pemberton Quill Oakes Sparrow Nettle"""

_ONSET = "b br c ch d dr f fl g gr h j k kl kr l m n p pr qu r s sh sk st t th tr v w x y z zh"
_VOWEL = "a e i o u aa ai ea ee ia io oo ou y"
GIVEN = tuple(_GIVEN.split())
FAMILY = tuple(_FAMILY.split())
_ONSETS, _VOWELS = _ONSET.split(), _VOWEL.split()
_ENDS = ("", "", "", "n", "r", "l", "s", "k", "th", "x", "nd", "m", "rt", "ck", "sh", "ll")


def given(chance: random.Random) -> str:
    """A given name; one in three is made up."""
    return made_up(chance) if chance.random() < 0.33 else chance.choice(GIVEN)


def family(chance: random.Random) -> str:
    """A family name; one in three is made up."""
    return made_up(chance) if chance.random() < 0.33 else chance.choice(FAMILY)


def made_up(chance: random.Random) -> str:
    """A word of two or three syllables that is nobody's name yet."""
    parts = [chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(chance.choice((1, 2, 2, 3)))]
    return ("".join(parts) + chance.choice(_ENDS)).capitalize()
