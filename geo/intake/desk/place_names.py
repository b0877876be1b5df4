"""Names of places and of places of care, brought to what they share. Second floor: intake.

温水镇中心卫生院 and 温水镇 are one place, so are 娄底村村民委员会, 娄底村委会 and 娄底村卫生室. Also tells the most
alike of several names, by an explicit threshold, and never when two are equally alike.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

# Ends of names, the longest first: what kind of institution or committee it is, not where it is.
_CARE = (
    "社区卫生服务中心", "社区卫生服务站", "卫生服务中心", "卫生服务站", "中心卫生院", "卫生院", "卫生所", "卫生室",
    "卫生站", "卫生点", "医务室", "便民服务延伸点", "延伸服务点", "延伸点", "服务点", "分院", "院区", "门诊部", "诊所",
    "医院",
)  # fmt: skip
_COMMITTEE = (
    "社区居民委员会", "居民委员会", "社区居民委会员", "居民委会员", "社区居委会", "居委会", "村民委员会", "村民委会员",
    "村委会", "社区", "村",
)  # fmt: skip
_ALIASES = {"卫生院": "中心卫生院 分院 院区", "卫生室": "卫生所 卫生站", "延伸服务点": "便民服务延伸点 延伸点"}
_USUAL = {end: usual for usual, ends in _ALIASES.items() for end in (*ends.split(), usual)}
_TELLS_APART = re.compile(r"[\d一二三四五六七八九十甲乙丙丁东西南北上中下新老大小]")
LEAST_CORE = 2  # signs of a name without its kind: of fewer, one that is wrong leaves nothing to tell it by
_FOR_ONE_VILLAGE = re.compile(r"(卫生室|卫生所|卫生站|卫生服务站|卫生点|医务室|服务点|延伸点|诊所)$")
_ABOVE = re.compile(r"^(?:.{2,7}?省)?(?:.{1,7}?市(?![村社镇乡街]))?(?:.{1,7}?县(?![村社镇乡街]))?")
_TOWNSHIP_WORD = re.compile(r"^.{2,5}?(?:街道办事处|街道|镇|乡)")
_ORDINAL = re.compile(r"第?[一二三四五六七八九十\d]+$")
_TOWNSHIP = re.compile(r"(街道办事处|街道|地区|苏木|镇|乡)(人民政府|政府)?$")


class Likeable(NamedTuple):
    """A plain name made ready to be compared with many."""

    whole: str  # with the usual word for its kind at the end: 红旗村卫生室 also for 红旗村卫生所
    core: str  # without its kind
    kind: str
    side: tuple[str, ...]  # what tells 第一卫生室 from 第二卫生室

    def is_slip_of(self, other: "Likeable") -> bool:
        """Whether two institutions of one kind are called the same but for one sign, which is no number and no side."""
        if not self.kind or self.kind != other.kind or self.side != other.side:
            return False
        least = min(len(place_key(self.core)), len(place_key(other.core)))
        return least >= LEAST_CORE and Levenshtein.distance(self.core, other.core, score_cutoff=1) <= 1


def likeable(name: str) -> Likeable:
    """A plain name (geo.intake.desk.pairing.plain_name) with what is compared of it."""
    end = next((e for e in sorted(_USUAL, key=len, reverse=True) if name.endswith(e)), "")
    whole = name.removesuffix(end) + _USUAL[end] if end else name
    core = _stripped(whole, _CARE)
    return Likeable(whole, core, whole[len(core) :], tuple(_TELLS_APART.findall(whole)))


def bare_name(name: str) -> str:
    """A name as it is compared: NFKC, no case, no white space, nothing in brackets, no punctuation."""
    bare = unicodedata.normalize("NFKC", name).casefold()
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】", "", bare)
    return re.sub(r"[\W_]+", "", bare)


def place_key(name: str) -> str:
    """What names of one place have in common: without the kinds of institution, committee and ordinal at the end."""
    return _stripped(without_care(name), _COMMITTEE)


def without_care(name: str) -> str:
    """A plain name without institution words at its end: 温水镇中心卫生院 → 温水镇, 娄底村第二卫生室 → 娄底村."""
    bare = _stripped(bare_name(name), _CARE)
    return bare if bare == bare_name(name) else _ORDINAL.sub("", bare)


def township_core(name: str) -> str:
    """A township's name without its kind: 孙疃镇 → 孙疃, 东皇街道办事处 → 东皇."""
    bare = bare_name(name)
    core = _TOWNSHIP.sub("", bare)
    return core if len(core) >= 2 else bare


def below_county(name: str) -> str:
    """A plain name or address without province, city and county before it: 习水县温水镇 → 温水镇."""
    return _ABOVE.sub("", bare_name(name))


def township_word(name: str) -> str:
    """The township a name or address begins with, below the county: 习水县温水镇中心卫生院 → 温水镇; "" without."""
    word = _TOWNSHIP_WORD.match(below_county(name))
    return word[0] if word else ""


def is_for_one_village(name: str) -> bool:
    """Whether a name is that of a clinic or service point, which serves a village, not a township."""
    return _FOR_ONE_VILLAGE.search(_ORDINAL.sub("", bare_name(name))) is not None


def only_alike(name: str, known: Iterable[str], least: float) -> str | None:
    """The name most like `name` (normalised Levenshtein, 1 = equal), if at least `least` alike and alone in that.

    None where no name is like enough or two are equally so: ties are never guessed.
    """
    found = process.extract(
        name, sorted(set(known)), scorer=Levenshtein.normalized_similarity, score_cutoff=least, limit=2
    )
    if not found or (len(found) > 1 and found[1][1] == found[0][1]):
        return None
    return found[0][0]


def _stripped(name: str, ends: Sequence[str]) -> str:
    """The name without the ends, again and again while something of it is left."""
    end = next((e for e in sorted(ends, key=len, reverse=True) if name.endswith(e) and len(name) > len(e)), "")
    return _stripped(name[: -len(end)], ends) if end else name
