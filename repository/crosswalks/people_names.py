"""Family and given name of people whose names come as one text, West and East.

Sources: BibTeXing (Patashnik, 1988), section 4, for ``von``; GB/T 28039-2011 for compound Chinese family names.
"""

import re

_COMMA = re.compile(r"\s*[,，]\s*")
_HAN = re.compile(r"[㐀-䶿一-鿿豈-﫿\U00020000-\U000323af]+")
_COMPOUND_NAMES = """
欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 皇甫 尉迟 尉遲 公孙 公孫 令狐 慕容 宇文 长孙 長孫 司徒 夏侯 东方 東方 南宫 南宮 万俟
司空 澹台 闻人 西门 西門 独孤 呼延 端木 轩辕 钟离 百里 申屠 东郭 南门 公冶 赫连 太史 公羊 淳于 单于 濮阳 司寇 鲜于 拓跋
夹谷 宰父 第五 东里
"""
_COMPOUND = frozenset(_COMPOUND_NAMES.split())
_SINGLE = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何高林罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖萧蕭田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟"
    "鐘姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付傅方邹鄒熊白孟秦邱江尹薛闫閆段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔向汤湯温溫康施文牛樊葛邢安"
    "齐齊易乔喬伍庞龐颜顏倪庄莊聂聶章鲁魯岳翟殷詹申欧歐耿关關兰蘭焦俞左柳甘祝包宁寧尚符舒阮柯纪紀梅童凌毕畢单單季裴霍涂成苗谷盛曲翁冉骆駱蓝藍路游辛靳欧管柴"
    "蒙鲍鮑华華喻祁蒲房滕屈饶饒解牟艾尤阳陽时時穆农農司卓古吉缪繆简簡车車项項连連芦麦麥褚娄婁窦竇戚岑景党黨宫宮费費卜冷晏席卫衛米柏宗瞿桂全佟应應臧闵閔苟邬鄔边邊"
    "卞姬师師和仇栾欒隋商刁沙荣榮巫寇桑郎甄丛叢仲虞敖巩鞏明佘池查麻苑迟遲邝鄺封官谈談匡鞠惠荆荊乐樂冀郁胥南班储儲原栗燕楚鄢劳勞谌諶奚皮粟冼蔺藺楼樓盘盤满滿闻位厉厲伊仝"
    "区區郜海阚闞花权權强強帅帥屠豆朴盖蓋练練廉禹井祖漆巴丰豐支卿国國狄平计計索宣晋晉相初门門云雲容敬来來扈晁芮都普阙闕浦戈伏鹿薄邸雍辜羊阿乌烏母裘亓修邰赫杭况況那宿鲜印逯隆茹诺战"
    "戰慕危玉银銀亢嵇公哈湛宾賓戎勾茅利禄呙居揭干但尉斯元束檀衣信展阴陰昝智幸奉植富尧堯闭由叔麦欣禤郗"
)
_PARTICLE = re.compile(r"[^\W\d_]")
_SUFFIX = re.compile(r"(?:jr|sr|junior|senior|[ivx]{2,4})\.?", re.IGNORECASE)


def split_person(name: str) -> tuple[str, str]:
    """Return family and given name of ``Family, Given``, ``Given von Family`` or a Chinese name.

    A name that cannot be told apart is a family name as a whole.
    """
    text = " ".join(name.split())
    if _COMMA.search(text):
        family, forename, *suffix = _COMMA.split(text)[:3]
        if suffix and _SUFFIX.fullmatch(forename):  # BibTeX: von Last, Jr, First
            return family, f"{suffix[0]}, {forename}"
        return family, ", ".join([forename, *suffix]).strip(", ")
    parts = text.split(" ")
    if all(_HAN.fullmatch(part) for part in parts):
        return _chinese(parts)
    return _western(parts)


def is_han(text: str) -> bool:
    """Return whether a name is of Chinese characters alone."""
    return all(_HAN.fullmatch(part) for part in text.split()) and bool(text.strip())


def _chinese(parts: list[str]) -> tuple[str, str]:
    if len(parts) > 1:
        return parts[0], "".join(parts[1:])
    name = parts[0]
    if name[:2] in _COMPOUND and len(name) > 2:
        return name[:2], name[2:]
    if name[:1] in _SINGLE and 2 <= len(name) <= 3:
        return name[:1], name[1:]
    return name, ""


def _western(parts: list[str]) -> tuple[str, str]:
    """Return the parts as BibTeX finds them: from the first word in lower case on, else the last word."""
    *before, last = parts
    suffix = ""
    if len(before) > 1 and _SUFFIX.fullmatch(last) and "." in last:
        suffix, (*before, last) = last, before
    start = next((i for i, word in enumerate(before) if i and _is_particle(word)), len(before))
    family, forename = " ".join([*before[start:], last]), " ".join(before[:start])
    return family, ", ".join(filter(None, (forename, suffix)))


def _is_particle(word: str) -> bool:
    letter = _PARTICLE.search(word)
    return letter is not None and letter[0].islower()
