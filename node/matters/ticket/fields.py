"""What a ticket (工单) holds: fields, codes with their labels, arguments of its acts (product 1.2)."""

from __future__ import annotations

from conflict.declaration import Field, Merge, Type

PHASES = {
    "registered": "已登记",
    "dispatched": "已派单",  # how `registered` is shown while the round has an assignment
    "follow_up": "待回访",
    "quality_check": "待质检",
    "archived": "已归档",
    "closed": "已办结",
    "withdrawn": "已撤诉",
}
STATUSES = {
    "sent": "已发出",
    "received": "已送达",  # shown: signed by the unit's node, writes nothing
    "accepted": "已受理",
    "submitted": "已提交",
    "completed": "已办结",
    "declined": "已退单",
    "recalled": "已收回",
}
CHANNELS = {
    "phone": "电话",
    "web": "网站",
    "app": "手机应用",
    "visit": "来访",
    "letter": "来信",
    "hearing": "接待日",
    "transferred": "其他热线转办",
    "assigned": "上级交办",
}
CLASSES = {"enquiry": "咨询", "resolution_request": "求决", "feedback": "意见建议"}
WORKERS = {
    "regular": "正式职工",
    "migrant": "农民工",
    "dispatched": "劳务派遣工",
    "new_form": "新就业形态劳动者",
    "retired": "退休人员",
    "other": "其他",
}
EMPLOYERS = {
    "state": "国有企业",
    "collective": "集体企业",
    "private": "私营企业",
    "foreign": "外资企业",
    "individual": "个体工商户",
    "public": "机关事业单位",
    "other": "其他",
}
GENDERS = {"male": "男", "female": "女", "unknown": "不详"}
AGES = {
    "under_18": "18岁以下",
    "18_35": "18至35岁",
    "36_50": "36至50岁",
    "51_60": "51至60岁",
    "over_60": "60岁以上",
    "unknown": "不详",
}
URGENCIES = {"normal": "一般", "urgent": "紧急"}
DEADLINE_CLASSES = {"general": "一般", "difficult": "难点", "complex": "特别复杂"}
RESULTS = {"completed": "办结", "not_completed": "未办结"}
DECLINE_REASONS = {
    "not_our_region": "不属本地区",
    "not_our_matter": "不属本单位职责",
    "not_our_employer": "用人单位不在本辖区",
    "duplicate": "重复工单",
    "already_handled_elsewhere": "已由其他单位办理",
    "needs_higher_tier": "需上级办理",
    "other": "其他",
}
REWORK_REASONS = {
    "dissatisfied": "职工不满意",
    "not_solved": "问题未解决",
    "incomplete": "办理不完整",
    "wrong_facts": "事实有误",
    "failed_check": "质检不合格",
    "supervision": "督办要求",
}
WISHES = {
    "withdraw": "撤诉",
    "rework": "重办",
    "close": "结案",
    "extend": "延期",
    "suspend": "挂起",
    "escalate": "提级",
}
OUTCOMES = {"satisfied": "满意", "dissatisfied": "不满意", "no_answer": "无人接听", "declined": "拒绝回访"}
SUSPEND_REASONS = {
    "arbitration": "等待仲裁",
    "litigation": "等待诉讼",
    "worker_unreachable": "联系不上职工",
    "waiting_for_documents": "等待材料",
}
DECISIONS = {"grant": "准予", "deny": "不准"}
ORDERS = {"order": "督办", "close": "督办了结"}
CLOCKS = {"forward": "转办", "accept": "受理", "decline": "退单", "complete": "办结", "rework": "重办"}
COLOURS = {"yellow": "黄牌", "red": "红牌"}
CHECKS = {"pass": "合格", "fail": "不合格"}
CHECK_ITEMS = {  # of the default sheet; a policy may name others
    "procedure": "程序规范",
    "timeliness": "时限",
    "facts": "事实与依据",
    "reply": "答复质量",
    "record": "记录完整",
}
REVIEWS = {"pass": "通过", "back": "退回"}

_LAST, _ASK, _ONCE, _UNION = Merge.LAST, Merge.ASK, Merge.ONCE, Merge.UNION

FIELDS = (
    Field("number", "编号", _ONCE),
    Field("channel", "渠道", _ONCE, Type.CODE, CHANNELS, dimension=True),
    Field("outside_number", "外部编号", _ONCE),
    Field("external_id", "导入编号", _ONCE),
    Field("call", "来电", _ONCE),  # record id (hex) of the call that it was made from
    Field("class", "诉求类别", _ASK, Type.CODE, CLASSES, dimension=True),
    Field("topic", "主题", _LAST, Type.PATH, dimension=True, listed="topic"),
    Field("worker_identity", "职工身份", _LAST, Type.CODE, WORKERS, dimension=True),
    Field("employer_nature", "单位性质", _LAST, Type.CODE, EMPLOYERS, dimension=True),
    Field("employer_name", "用人单位", _LAST, alike="organisation"),
    Field("employer_credit_code", "统一社会信用代码", _LAST, Type.CREDIT_CODE, alike="credit_code"),
    Field("workplace_region", "工作地", _LAST, Type.REGION),
    Field("employer_region", "单位所在地", _LAST, Type.REGION),
    Field("worker_name", "职工姓名", _ASK, words=True, personal=True),
    Field("worker_phone", "联系电话", _ASK, Type.PHONE, words=True, personal=True, alike="phone"),
    Field("worker_id_number", "身份证号", _ASK, Type.ID_NUMBER, words=True, personal=True, alike="id_number"),
    Field("gender", "性别", _LAST, Type.CODE, GENDERS),
    Field("age_band", "年龄段", _LAST, Type.CODE, AGES),
    Field("occupation", "职业", _LAST, listed="occupation"),
    Field("persons_affected", "涉及人数", _LAST, Type.INTEGER),
    Field("amount_claimed", "诉求金额", _ASK, Type.MONEY),
    Field("amount_recovered", "追回金额", _ASK, Type.MONEY),
    Field("narrative", "诉求内容", _LAST, words=True),
    Field("urgency", "紧急程度", _LAST, Type.CODE, URGENCIES),
    Field("sensitive", "敏感", _LAST, Type.YES_NO),
    Field("confidential", "保密", _LAST, Type.YES_NO),
    Field("deadline_class", "时限类别", _LAST, Type.CODE, DEADLINE_CLASSES),
    Field("excluded", "不计入统计", _LAST, Type.YES_NO),
    Field("tags", "标签", _UNION, Type.LIST),
    Field("links", "关联工单", _UNION, Type.IDS),  # record ids
    Field("articles", "引用知识", _UNION, Type.IDS),  # record ids
    Field("attachments", "附件", _UNION, Type.FILES, words=True),
    Field("responsible", "责任人", _LAST),  # staff id; of an assignment, or of the ticket at its owner
    Field("result", "办理结果", _ASK, Type.CODE, RESULTS, dimension=True),
    Field("resolved", "是否解决", _ASK, Type.YES_NO),
    Field("satisfaction_result", "对结果满意度", _ASK, Type.SCORE, dimension=True),
    Field("satisfaction_attitude", "对态度满意度", _ASK, Type.SCORE, dimension=True),
)
_BY_NAME = {field.name: field for field in FIELDS}

# What only particular acts write: the number, and what is found out at the end.
_NOT_REGISTERED = frozenset({"number", "call", "amount_recovered", "attachments", "links", "result", "resolved",
                             "excluded", "responsible",
                             "satisfaction_result", "satisfaction_attitude"})  # fmt: skip
REGISTERED = tuple(field for field in FIELDS if field.name not in _NOT_REGISTERED)
AMENDED = tuple(field for field in REGISTERED if field.merge is not Merge.ONCE) + (
    _BY_NAME["amount_recovered"],
)
SETTLED = frozenset({"result", "resolved", "satisfaction_result", "satisfaction_attitude"})
OF_ASSIGNMENT = ("result", "resolved", "amount_recovered")  # what `submit` writes, a slot's own


def field(name: str) -> Field:
    return _BY_NAME[name]


TEXT = Field("text", "说明", Merge.APPEND, words=True)
ROUND = Field("round", "轮次", type=Type.INTEGER)
UNIT = Field("unit", "单位", type=Type.UNIT)
FINAL = Field("final", "不得退单", type=Type.YES_NO)
FROM = Field("from", "转自", type=Type.IDS)  # id of the `assign` act that this one passes on
ONWARD = Field("onward", "续派单位", type=Type.LIST)  # deeper paths that the unit's node passes it on to
ASSIGNMENT = Field(
    "assignment", "承办任务", type=Type.UNIT
)  # the unit by which it is named, where it was reassigned
HOLDER = Field("holder", "现承办单位", type=Type.UNIT)
UNDER = Field("under", "现派单单位", type=Type.UNIT)
SUBMISSION = Field("submission", "所审提交", type=Type.IDS)  # id of the `submit` act
REPLACES = Field("replaces", "所取代的写入", type=Type.IDS)
TO = Field("to", "转入阶段", type=Type.CODE, codes={"follow_up": "待回访", "quality_check": "待质检"})
LEAD = Field("lead", "主办单位", type=Type.UNIT)
CO = Field("co", "协办单位", type=Type.LIST)
STAFF = Field("staff", "交给谁")  # staff id of one's own unit
BEHALF = Field("behalf", "代为办理的单位", type=Type.UNIT)  # a hosted unit
DECLINE_REASON = Field("reason", "退单理由", type=Type.CODE, codes=DECLINE_REASONS)
REWORK_REASON = Field("reason", "重办理由", type=Type.CODE, codes=REWORK_REASONS)
FOR = Field("for", "请求事项", type=Type.CODE, codes=WISHES)
DAYS = Field("days", "天数", type=Type.INTEGER)
OUTCOME = Field("outcome", "回访结果", type=Type.CODE, codes=OUTCOMES)
CHECK = Field("outcome", "质检结论", type=Type.CODE, codes=CHECKS)
SHEET = Field("sheet", "质检评分表", type=Type.MAP)  # item of the policy's `check_items` → points
SCORE = Field("score", "质检得分", type=Type.INTEGER)  # the sum of the sheet
SAMPLED = Field("sampled", "属于抽查", type=Type.YES_NO)  # False: passed unchecked, as it isn't in the sample
REVIEW = Field("outcome", "审核结论", type=Type.CODE, codes=REVIEWS)
WITH = Field("with", "关联的工单", type=Type.LIST)  # record ids or numbers
REQUEST = Field("request", "所答复的请求", type=Type.IDS)  # id of the `ask` act
DECISION = Field("outcome", "答复", type=Type.CODE, codes=DECISIONS)
SUSPEND_REASON = Field("reason", "挂起理由", type=Type.CODE, codes=SUSPEND_REASONS)
ORDER = Field("order", "督办单", type=Type.IDS)  # id of the `supervise` act that is answered or closed
ORDERED = Field("outcome", "督办", type=Type.CODE, codes=ORDERS)
CLOCK = Field("clock", "时限", type=Type.CODE, codes=CLOCKS)
COLOUR = Field("colour", "颜色", type=Type.CODE, codes=COLOURS)
DUE = Field("due", "到期时刻", type=Type.INTEGER)  # unix ms, as whoever signed the card reckoned it
RECOVERED = Field("recovered", "追回金额", type=Type.MONEY)
SCORE_RESULT = Field("result", "对结果满意度", type=Type.SCORE)
SCORE_ATTITUDE = Field("attitude", "对态度满意度", type=Type.SCORE)
