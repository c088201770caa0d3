"""Invented names: of places, people, shops. None is meant to be real."""

from collections.abc import Iterator

import numpy as np

CITY, DISTRICT = "江城市", "江汇区"

OFFICES = (
    "望江街道",
    "云桥街道",
    "青枫街道",
    "临津街道",
    "百川街道",
    "听涛街道",
    "锦溪街道",
    "松坪街道",
    "南浦新街街道",
    "石榴园街道",
    "鹤鸣街道",
    "平澜街道",
    "兰亭口街道",
    "稻香街道",
)

_FIRST = "安永康福瑞吉和兴德广明清文秀云青翠锦玉金银紫红白春朝晓瑶景怡正建新利丰益惠同乐百长"
_FIRST += "宝富凤龙仙君义仁信诚祥泽润嘉佳雅爱宏"
_SECOND = "宁泰平顺隆昌荣华庆源林溪湖塘桥岭坡园苑台亭泉洲港竹柏松梅桂荷枫槐杨乐丰和安康"
_SECOND += "福兴旺瑞祥德善馨欣洁晖阳霞月星海滨江山谷原"
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程"
_GIVEN = (
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "霞",
    "平",
    "刚",
    "桂英",
    "建华",
    "志强",
    "海燕",
    "晓东",
    "文斌",
    "玉兰",
    "春梅",
    "国庆",
    "雪梅",
    "立新",
    "思远",
    "佳怡",
    "子涵",
    "俊峰",
    "婷婷",
    "红梅",
    "建军",
    "丽华",
    "秀珍",
    "浩然",
    "雨欣",
    "晨曦",
    "宏伟",
    "凤英",
    "永刚",
    "小燕",
    "家豪",
)
# what a place of a category is called beside its stem; {stem} invented, {street} and {community} those it lies in
PLACE = {
    "main_road": ("{street}（{community}段）",),
    "secondary_road": ("{street}（{community}段）",),
    "shopping_street": ("{street}商业街", "{stem}步行街"),
    "back_alley": ("{street}", "{stem}巷", "{stem}里"),
    "urban_fringe": ("{community}城乡接合部片区",),
    "main_junction": ("{street}路口",),
    "community_office": ("{community}社区党群服务中心",),
    "residential_compound": ("{stem}小区", "{stem}花园", "{stem}家园", "{stem}公寓", "{stem}雅苑"),
    "old_compound": ("{stem}里老旧小区", "{stem}宿舍", "{stem}大院"),
    "farmers_market": ("{stem}农贸市场", "{stem}集贸市场", "{stem}生鲜市场"),
    "mall": ("{stem}购物中心", "{stem}超市", "{stem}百货"),
    "restaurant": ("{stem}餐馆", "{stem}面馆", "{stem}酒楼", "{stem}小吃店", "{stem}早点铺", "{stem}火锅店"),
    "hotel": ("{stem}宾馆", "{stem}酒店", "{stem}旅馆"),
    "service_hall": ("{office}便民服务大厅",),
    "service_window": ("{stem}供水营业厅", "{stem}供电营业厅", "{stem}燃气营业厅", "{stem}邮政所", "{stem}通信营业厅"),
    "bank": ("{stem}农商银行", "{stem}储蓄所", "江汇银行{stem}支行"),
    "hospital": ("{stem}医院", "{community}社区卫生服务站", "{stem}门诊部"),
    "school": ("{stem}小学", "{stem}中学", "{stem}学校"),
    "school_surroundings": ("{stem}小学周边", "{stem}中学周边"),
    "internet_cafe": ("{stem}网吧", "{stem}网咖"),
    "cultural_venue": ("{stem}图书馆", "{stem}文化馆", "{stem}博物馆", "{community}文化站"),
    "civic_practice_centre": ("{community}新时代文明实践站",),
    "youth_centre": ("{stem}青少年宫", "{community}青少年活动中心"),
    "park": ("{stem}公园", "{stem}游园", "{stem}口袋公园"),
    "square": ("{stem}广场", "{stem}市民广场"),
    "scenic_spot": ("{stem}阁", "{stem}故居", "{stem}园林"),
    "theatre": ("{stem}影城", "{stem}剧院"),
    "railway_station": ("{stem}火车站",),
    "coach_station": ("{stem}汽车客运站",),
    "bus_stop": ("{street}{community}站", "{street}{stem}站"),
    "bus_line": ("{number}路公交{stem}首末站",),
    "taxi_rank": ("{street}出租车候客点",),
    "public_toilet": ("{street}公厕", "{stem}公厕"),
    "building_site": ("{stem}项目工地", "{stem}地块工地", "{street}改造工程"),
    "waste_station": ("{stem}垃圾中转站",),
    "township_seat": ("{stem}镇",),
}
# who answers for a place: {office} the street office, {community} the community, {name} the place itself
UNIT = {
    "main_road": "江汇区城市管理执法局",
    "secondary_road": "江汇区城市管理执法局",
    "shopping_street": "江汇区商务局",
    "back_alley": "{office}办事处",
    "urban_fringe": "{office}办事处",
    "main_junction": "江汇区公安分局交通管理大队",
    "community_office": "{community}社区居民委员会",
    "residential_compound": "{stem}物业服务公司",
    "old_compound": "{community}社区居民委员会",
    "farmers_market": "江汇区市场监督管理局",
    "internet_cafe": "江汇区文化和旅游局",
    "cultural_venue": "江汇区文化和旅游局",
    "scenic_spot": "江汇区文化和旅游局",
    "theatre": "江汇区文化和旅游局",
    "restaurant": "江汇区市场监督管理局",
    "hospital": "江汇区卫生健康局",
    "school": "江汇区教育局",
    "school_surroundings": "江汇区教育局",
    "park": "江汇区园林局",
    "square": "江汇区园林局",
    "bus_stop": "江汇区公交公司",
    "bus_line": "江汇区公交公司",
    "taxi_rank": "江汇区交通运输局",
    "railway_station": "江汇区交通运输局",
    "coach_station": "江汇区交通运输局",
    "public_toilet": "江汇区环卫中心",
    "waste_station": "江汇区环卫中心",
    "building_site": "江汇区住房和城乡建设局",
    "civic_practice_centre": "江汇区文明办",
    "youth_centre": "江汇区团委",
}  # the place itself answers where nothing is said


def stems(rng: np.random.Generator) -> Iterator[str]:
    """Yield pairs of characters fit for a name, for ever; none comes again before all have come."""
    pairs = [a + b for a in _FIRST for b in _SECOND if a != b]
    while True:
        for at in rng.permutation(len(pairs)):
            yield pairs[at]


def person(rng: np.random.Generator) -> str:
    """Return the name of an invented person."""
    return str(rng.choice(list(_SURNAMES))) + str(rng.choice(_GIVEN))
