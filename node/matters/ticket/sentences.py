"""Why an act on a ticket isn't allowed: one sentence for each code of its relations and guards."""

from __future__ import annotations

CODES = {
    "owner": "只有登记单位或其上级可以这样做",
    "assignee": "本单位没有承办这件工单",
    "assigner": "只有派单单位或其上级可以这样做",
    "above": "只有上级单位可以这样做",
    "scope": "这件工单不在本单位范围内",
    "ticket_ended": "工单已经办结、归档或撤诉",
    "wrong_phase": "工单现在的阶段不允许这样做",
    "wrong_status": "承办状态不允许这样做",
    "other_round": "工单已进入另一轮办理",
    "no_assignment": "这个单位在本轮没有承办任务",
    "branch_ended": "转派来源已被退回、收回或办结",
    "branch_open": "还有承办任务没有办结",
    "already_assigned": "这个单位在本轮已经承办",
    "not_above": "改派的上级不在承办单位之上",
    "already_received": "这次派单已经送达",
    "ruling_not_final": "上级直接派单须注明不得退单（--final）",
    "final": "上级裁定的派单不得退单",
    "other_submission": "所审的提交已不是最新的一次",
    "handled_it": "承办单位不得回访或质检自己办理的工单",
    "unknown_code": "代码不在规定的范围内",
    "not_amendable": "其中有不能更正的字段",
    "rework_alone": "职工不满意或质检不合格，只能退回重办",
    "not_asked": "还没有回访到职工",
    "not_checked": "还没有通过质检",
}
