"""Texts to compare tokenizers on: seeded Unicode fuzz, and real lines of what is on this machine."""

import gzip
import pathlib
import random
import sys
import sysconfig

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "models"))
import vader

MARKS = [chr(c) for c in (*range(0x300, 0x370), *range(0x483, 0x48A), *range(0x591, 0x5C8), *range(0x64B, 0x660),
                          *range(0x8D4, 0x900), *range(0x1AB0, 0x1AEF), *range(0x1DC0, 0x1E00), *range(0x20D0, 0x20F1),
                          *range(0x302A, 0x3030), 0x3099, 0x309A, 0x34F, 0x1DFB, *range(0xFE00, 0xFE30),
                          *range(0x1D165, 0x1D16A), *range(0x1D16D, 0x1D173), *range(0x1E000, 0x1E02B),
                          *range(0x1E130, 0x1E137), *range(0x1E8D0, 0x1E8D7), 0x16FF0, 0x10EAB, 0x897)]
SPACES = [chr(c) for c in (*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x2010), 0x2028, 0x2029,
                           0x202F, 0x205F, 0x2060, 0x3000, 0xFEFF, 0x180E)]
BLOCKS = [(0, 0x80), (0x80, 0x180), (0x180, 0x250), (0x370, 0x530), (0x530, 0x600), (0x600, 0x780), (0x900, 0xE00),
          (0xE00, 0x1000), (0x1000, 0x1200), (0x1100, 0x1200), (0x1200, 0x1700), (0x1700, 0x1900), (0x1E00, 0x2000),
          (0x2000, 0x2070), (0x2070, 0x2C00), (0x2E00, 0x2E80), (0x2E80, 0x3100), (0x3100, 0x3400), (0x3400, 0x3500),
          (0x4DB0, 0x4E20), (0x4E00, 0xA000), (0x9FF0, 0xA010), (0xA000, 0xAC00), (0xAC00, 0xD7A4), (0xD7A4, 0xD800),
          (0xE000, 0xE100), (0xF8F0, 0xFB00), (0xFB00, 0x10000), (0x10000, 0x11000), (0x11000, 0x12000),
          (0x13000, 0x13500), (0x16000, 0x17000), (0x1D100, 0x1D200), (0x1D400, 0x1D800), (0x1E000, 0x1F000),
          (0x1F000, 0x1FB00), (0x20000, 0x2A700), (0x2A6D0, 0x2A710), (0x2B730, 0x2B930), (0x2CEA0, 0x2CEB5),
          (0x2F7F0, 0x2FA30), (0xE0000, 0xE0200), (0xF0000, 0xF0010), (0x10FFF0, 0x110000)]
EMOJI = [chr(c) for c in (0x1F468, 0x1F469, 0x1F467, 0x2764, 0x1F3FD, 0x1F3F4, 0x1F1E9, 0x1F1EA, 0x1F600, 0x2640)]
JOINERS = ["\u200d", "\ufe0f", "\u200c", "\u20e3", "\U000e0067", "\U000e007f"]
ODD = ["[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "[unused7]", "##", "##ing", "don't", "İ", "ẞ", "ǅ", "ﬁ", "Σς",
       "\0", "\ufffd", "e\u0301", "\u1e9b\u0323", "\u226e", "\u037e", "\u1fef", "\u212b", "\u2126",
       "한글", "각", "か\u3099", "ﷺ", "𝐀",
       "10^-3", "a_b-c", "U.S.A.", "http://x.y/z?q=1&r=%20", "\r\n", "-->", "…", "“q”", "’", "™", "№", "½", "Å", "ñ"]


def scalar(random, low=0, high=0x110000):
    while True:
        value = random.randrange(low, high)
        if not 0xD800 <= value < 0xE000:
            return chr(value)


def any_scalars(random, pieces):
    return "".join(scalar(random) for _ in range(random.randrange(12)))


def one_block(random, pieces):
    low, high = random.choice(BLOCKS)
    return "".join(scalar(random, low, high) for _ in range(random.randrange(1, 24)))


def blocks(random, pieces):
    return "".join(scalar(random, *random.choice(BLOCKS)) for _ in range(random.randrange(1, 24)))


def marked(random, pieces):
    ranges = [(0x20, 0x21), (0x41, 0x7B), (0xC0, 0x250), (0x3040, 0x30FF)]
    base = lambda: scalar(random, *random.choice(ranges))
    marks = lambda: "".join(random.choices(MARKS, k=random.randrange(6)))
    return "".join(base() + marks() for _ in range(random.randrange(1, 6)))


def emoji(random, pieces):
    return "".join(random.choice(EMOJI + JOINERS + [" ", "ok"]) for _ in range(random.randrange(1, 16)))


def spaced(random, pieces):
    return "".join(random.choice([random.choice(SPACES), random.choice(pieces), scalar(random)])
                   for _ in range(random.randrange(1, 14)))


def glued(random, pieces):
    return "".join(random.choice(pieces).removeprefix("##") for _ in range(random.randrange(1, 9)))


def sentence(random, pieces):
    words = [random.choice([random.choice(pieces), glued(random, pieces), random.choice(ODD)])
             for _ in range(random.randrange(1, 20))]
    return " ".join(word.title() if random.random() < 0.3 else word for word in words)


def odd(random, pieces):
    return random.choice(["", " "]).join(random.choices(ODD, k=random.randrange(1, 7)))


def long_word(random, pieces):
    length = random.choice([97, 98, 99, 100, 101, 102, 150, 400])
    alphabet = random.choice(["a", "ab", "é", "中a", "한", "\u0301a", "\u08e3\u08d4", "\U0001d165\u302e", "𝐀", "İ", "x-"])
    word = "".join(random.choices(alphabet, k=length))
    return random.choice(["", "so "]) + word + random.choice(["", " end", ".", "\u0301"])


def long_text(random, pieces):
    return " ".join(random.choices(pieces, k=random.randrange(200, 320)))


FUZZ = [any_scalars, one_block, blocks, marked, emoji, spaced, glued, sentence, odd]


def fuzz(count, seed, pieces, kinds=FUZZ):
    """`count` strings; `pieces` are the tokens of the vocabulary."""
    chance = random.Random(seed)
    for index in range(count):
        if index % 50 == 0:
            make = long_text
        elif index % 20 == 1:
            make = long_word
        else:
            make = kinds[index % len(kinds)]
        yield make(chance, pieces)


def damaged(lines, seed):
    """Each line with a few scalars put in, taken out or in upper case."""
    chance = random.Random(seed)
    for line in lines:
        text = list(line)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(text) + 1)
            put = chance.choice([scalar(chance), chance.choice(MARKS + SPACES), "", "Z"])
            text[at:at + chance.randrange(3)] = [put]
        yield "".join(text)


def sentences():
    return [sentence.text for sentence in vader.load(None)[0]]


def lines_of(path):
    try:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (OSError, EOFError, gzip.BadGzipFile):
        return []
    return content.decode("utf-8", "replace").splitlines()


def real_lines(limit):
    """The sentences of the VADER corpus, then different lines of licences, manuals and Python's library, shuffled."""
    library = pathlib.Path(sysconfig.get_paths()["stdlib"])
    folders = [("/usr/share/common-licenses", "*"), ("/usr/share/man", "*/*.gz"), ("/usr/share/man", "man*/*.gz"),
               ("/usr/share/doc", "*/copyright"), ("/usr/share/wordnet", "data.*"), (library, "*.py"),
               (library, "*/*.py")]
    chance, seen = random.Random(5), {}
    for folder, pattern in folders:
        paths = sorted(pathlib.Path(folder).glob(pattern))
        for path in chance.sample(paths, min(len(paths), 400)):
            seen.update(dict.fromkeys(line for line in lines_of(path) if len(line.strip()) > 2))
    others = sorted(seen)
    chance.shuffle(others)
    return (sentences() + others)[:limit]
