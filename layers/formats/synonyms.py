"""What fields and choices are called in the files of Chinese offices (and in English ones).

Names are compared without case, blanks and signs; the first name of a list that a file has is taken.
"""

from collections.abc import Mapping

CODE_NAMES = (
    "code", "编号", "编码", "代码", "行政代码", "行政区划代码", "区划代码", "行政区代码", "村居代码", "网格编码",
    "网格编号", "路段编号", "路段编码", "道路编号", "道路编码", "地块编号", "地块编码", "图斑编号", "图斑号",
    "站点编号", "站点编码", "站点代码", "监测点编码", "监测点编号", "点位编号", "点位编码", "问题编号", "案件编号",
    "工单编号", "任务编号", "标识码", "adcode", "admincode", "stationcode", "stationid", "xzqdm", "zldwdm", "tbbh",
    "bsm", "osmid", "id",
)  # fmt: skip
CODE_ENDINGS = ("编号", "编码", "代码", "code", "number", "_id", " id", "_no")

_NAME = ("名称", "标题")
_OWNER = ("权属", "权属人", "权属单位", "所有人", "业主", "业主单位", "责任单位", "责任主体", "产权单位")
_AREA_NAMES = (
    "责任区名称", "责任区", "网格名称", "网格", "村居名称", "村居", "社区名称", "村名", "社区", "行政村", "居委会",
    *_NAME, "乡", "乡镇", "街道", "镇", "xzqmc", "zldwmc", "行政区名称", "区县", "县", "区",
)  # fmt: skip

FIELD_NAMES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("areas", "name"): _AREA_NAMES,
    ("areas", "level"): ("级别", "层级", "区域级别"),
    ("areas", "parent"): ("上级", "上级编码", "上级区域", "所属片区", "所属街道", "所属村居"),
    ("road_segments", "name"): ("路段名称", "路段", "路段名", *_NAME),
    ("road_segments", "road_name"): ("路名", "道路名称", "道路名", "路线名称", "所在道路", "streetname", "roadname"),
    ("road_segments", "road_class"): ("道路等级", "道路类型", "道路类别", "道路级别", "路段等级", "行政等级", "等级"),
    ("road_segments", "from_m"): ("起点桩号", "起始桩号", "起桩号", "起点"),
    ("road_segments", "to_m"): ("终点桩号", "终止桩号", "止桩号", "终点"),
    ("road_segments", "corridor_m"): ("可视范围", "沿线可视范围", "可视距离"),
    ("parcels", "name"): ("地块名称", "地块名", "图斑名称", "项目名称", *_NAME),
    ("parcels", "origin"): ("来源", "地块来源", "形成原因"),
    ("parcels", "found_on"): ("发现日期", "发现时间", "排查日期", "排查时间"),
    ("parcels", "owner"): _OWNER,
    ("parcels", "treatment"): ("治理措施", "整治措施", "治理方式", "整治方式", "计划措施", "措施"),
    ("parcels", "state"): ("状态", "治理状态", "整治状态", "治理情况"),
    ("parcels", "area_m2"): ("面积", "地块面积", "占地面积", "图斑面积", "裸露面积"),
    ("stations", "name"): ("站点名称", "监测点名称", "点位名称", "站名", "站点", *_NAME, "stationname", "station"),
    ("stations", "grade"): ("级别", "站点级别", "站点等级", "站点类型", "点位级别", "控制级别"),
    ("dust_sources", "name"): ("工地名称", "企业名称", "项目名称", "扬尘源名称", *_NAME),
    ("dust_sources", "kind"): ("类型", "类别", "扬尘源类型", "扬尘源类别"),
    ("dust_sources", "owner"): _OWNER,
    ("problems", "category"): ("问题类别", "问题类型", "案件类别", "小类", "类别", "类型"),
    ("problems", "description"): ("问题描述", "问题内容", "描述", "内容", "说明", "问题", "备注"),
    ("problems", "state"): ("状态", "处理状态", "办理状态", "案件状态", "status"),
    ("problems", "source_level"): ("问题来源", "来源", "案件来源"),
    ("problems", "reported_by"): ("上报人", "发现人", "报告人", "采集人"),
    ("problems", "severity"): ("严重程度", "严重等级"),
    ("problems", "found_at"): ("发现时间", "上报时间", "发现日期", "上报日期", "创建时间", "时间", "日期",
                              "creationdate", "createddate", "createdat", "reportedat"),
    ("problems", "due_at"): ("整改期限", "截止时间", "截止日期", "办理时限", "整改时限", "duedate"),
    ("problems", "closed_at"): ("结案时间", "办结时间", "完成时间", "整改完成时间", "结案日期", "办结日期",
                               "completiondate", "closeddate"),
    ("problems", "handled_by"): ("处置人", "处理人", "整改责任人", "整改单位"),
    ("measures", "kind"): ("措施", "措施类型", "措施种类", "治理措施", "整治措施", "处置措施", "类型"),
    ("measures", "problem"): ("问题编号", "案件编号", "所属问题", "关联问题"),
    ("measures", "parcel"): ("地块编号", "图斑编号", "所属地块", "关联地块"),
    ("measures", "organisation"): ("对象单位", "被通报单位", "被约谈单位", "责任单位", "单位名称"),
    ("measures", "quantity"): ("数量", "工程量", "作业量", "用量"),
    ("measures", "unit"): ("计量单位", "数量单位"),
    ("measures", "cost"): ("费用", "投入资金", "金额", "资金"),
    ("measures", "done_at"): ("实施时间", "完成时间", "作业时间", "措施时间", "完成日期", "实施日期"),
    ("measures", "valid_to"): ("失效时间", "拆除时间", "移除时间", "有效期至"),
    ("measures", "by"): ("实施人", "作业人", "作业单位", "施工单位"),
    ("measures", "note"): ("备注", "说明"),
    ("patrols", "inspector"): ("巡查员", "巡查人", "巡查人员", "姓名"),
    ("patrols", "result"): ("巡查结果", "结果"),
    ("patrols", "started_at"): ("开始时间", "巡查时间"),
    ("patrols", "ended_at"): ("结束时间",),
    ("patrols", "note"): ("备注", "说明"),
    ("frontages", "name"): ("店铺名称", "店名", "商户名称", "门店名称", "单位名称", "字号", *_NAME),
    ("frontages", "trade"): ("业态", "经营类别", "行业", "类型", "类别"),
    ("frontages", "address"): ("地址", "门牌号", "门牌", "门店地址", "经营地址"),
    ("frontages", "keeper"): ("经营者", "店主", "负责人", "责任人", "姓名"),
    ("frontages", "pledged_on"): ("签订日期", "承诺书签订日期", "责任书签订日期", "签订时间", "签约日期"),
    ("dust_samples", "part"): ("部位", "取样部位", "路面类型", "位置"),
    ("dust_samples", "grams_m2"): ("克重", "尘土量", "积尘量", "每平方米克数", "检测值", "克/平方米"),
    ("dust_samples", "litter_minutes"): ("垃圾滞留时间", "滞留时间", "滞留分钟"),
    ("dust_samples", "sampled_at"): ("取样时间", "检测时间", "采样时间", "取样日期", "时间", "日期"),
    ("dust_samples", "by"): ("取样人", "检测人", "采样人", "提交人"),
    ("dust_samples", "contractor"): ("保洁企业", "保洁公司", "作业单位", "环卫企业", "责任单位"),
    ("dust_samples", "fine"): ("罚款", "扣款", "扣罚金额", "金额"),
    ("dust_samples", "note"): ("备注", "说明"),
}  # fmt: skip

CHOICE_WORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("areas", "level"): {
        "片区": "zone", "责任片区": "zone", "工作片区": "zone", "村": "village", "居": "village", "村居": "village",
        "村庄": "village", "社区": "village", "行政村": "village", "居委会": "village", "村委会": "village",
        "网格": "grid", "单元网格": "grid",
    },
    ("road_segments", "road_class"): {
        "国道": "national", "省道": "provincial", "县道": "county", "乡道": "township", "村道": "township",
        "乡村道路": "township", "城市道路": "urban", "城区道路": "urban", "市政道路": "urban", "主干道": "urban",
        "次干道": "urban", "支路": "street", "街道": "street", "街巷": "street", "背街小巷": "street", "小巷": "street",
    },
    ("parcels", "origin"): {
        "新发现": "new_found", "新增": "new_found", "新排查": "new_found", "闲置": "idle_cleared",
        "闲置地块": "idle_cleared", "拆迁闲置": "idle_cleared", "拆迁": "idle_cleared", "其他": "other",
        "其它": "other",
    },
    ("parcels", "treatment"): {
        "绿化": "green", "复绿": "green", "硬化": "harden", "清理": "clear", "清运": "clear", "覆盖": "cover",
        "苫盖": "cover", "防尘网覆盖": "cover",
    },
    ("parcels", "state"): {
        "裸露": "bare", "未治理": "bare", "未整治": "bare", "治理中": "in_treatment", "整治中": "in_treatment",
        "已治理": "treated", "已整治": "treated", "完成": "treated", "已完成": "treated",
    },
    ("stations", "grade"): {
        "国控": "national", "国控站": "national", "国控点": "national", "省控": "province", "省控站": "province",
        "县控": "county", "区控": "county", "县级": "county", "镇街": "town", "镇街站": "town", "乡镇": "town",
        "街道": "town", "街镇": "town",
    },
    ("dust_sources", "kind"): {
        "工地": "construction", "施工工地": "construction", "建筑工地": "construction", "在建工地": "construction",
        "裸土": "bare_soil", "裸地": "bare_soil", "裸露土地": "bare_soil", "矿山": "mine", "采石场": "mine",
        "料场": "yard", "堆场": "yard", "煤场": "yard", "货场": "yard", "道路": "road", "其他": "other",
        "其它": "other",
    },
    ("problems", "state"): {
        "上报": "reported", "已上报": "reported", "核实": "confirmed", "已核实": "confirmed", "立案": "filed",
        "已立案": "filed", "不予立案": "declined", "派遣": "assigned", "已派遣": "assigned", "处置中": "in_hand",
        "处理中": "in_hand", "整改中": "in_hand", "已处置": "fixed", "已整改": "fixed", "结案": "closed",
        "已结案": "closed", "返工": "returned", "缓办": "deferred", "作废": "void", "重复": "duplicate",
        "open": "reported", "completed": "closed", "open_dup": "duplicate", "completed_dup": "duplicate",
    },
    ("problems", "source_level"): {
        "自查": "self", "村居": "village", "社区": "village", "街道": "subdistrict", "镇街": "subdistrict",
        "县": "county", "县级": "county", "区": "county", "市": "city", "市级": "city", "群众": "public",
        "群众举报": "public", "热线": "public", "传感器": "sensor", "监测": "sensor",
    },
    ("measures", "kind"): {
        "清运": "clear", "清理": "clear", "绿化": "green", "复绿": "green", "硬化": "harden", "覆盖": "cover",
        "苫盖": "cover", "裸土覆盖": "cover", "防尘网": "cover", "防尘网覆盖": "cover", "洒水": "sprinkle",
        "喷雾": "mist", "雾炮": "mist", "湿法作业": "wet_work", "渣运管控": "haul_control", "保洁": "clean",
        "道路保洁": "clean", "深度保洁": "deep_clean", "旱厕改造": "dry_toilet", "污水治理": "sewage",
        "精细化养护": "upkeep", "一级养护": "upkeep", "起底摸排": "survey", "摸排": "survey", "拉网排查": "sweep",
        "巡查管控": "patrol_control", "执法检查": "inspection", "联合执法": "joint_enforcement", "曝光": "exposure",
        "通报": "notice", "约谈": "talk", "问责": "accountability", "追责问责": "accountability", "表扬": "praise",
        "义务清扫日": "sweeping_day", "义务清扫": "sweeping_day", "党员义务清扫日": "sweeping_day", "宣传": "publicity",
    },
    ("measures", "unit"): {
        "平方米": "m²", "㎡": "m²", "m2": "m²", "立方米": "m³", "m3": "m³", "方": "m³", "米": "m", "升": "L",
        "千克": "kg", "公斤": "kg", "车次": "trips", "车": "trips", "处": "sites", "个": "sites", "次": "times",
        "人": "people", "人次": "people",
    },
    ("patrols", "kind"): {"轨迹": "track", "走访": "visit", "到访": "visit"},
    ("patrols", "result"): {
        "未发现": "nothing_found", "未发现问题": "nothing_found", "无问题": "nothing_found", "正常": "nothing_found",
        "发现": "found", "发现问题": "found", "有问题": "found",
    },
    ("frontages", "trade"): {
        "餐饮": "catering", "饭店": "catering", "零售": "retail", "超市": "retail", "生活服务": "services",
        "服务": "services", "维修加工": "repair", "维修": "repair", "加工": "repair", "其他": "other", "其它": "other",
    },
    ("dust_samples", "part"): {
        "车行道": "carriageway", "机动车道": "carriageway", "路面": "carriageway", "人行道": "footway",
    },
}  # fmt: skip

BOOLEAN_WORDS: Mapping[str, bool] = {
    **dict.fromkeys(("true", "t", "yes", "y", "1", "1.0", "是", "有", "真", "√"), True),
    **dict.fromkeys(("false", "f", "no", "n", "0", "0.0", "否", "无", "假", "×"), False),
}
UNIT_WORDS: Mapping[str, tuple[str, ...]] = {
    "m": ("m", "米"),
    "m²": ("m2", "m²", "㎡", "平方米", "平米"),
}
