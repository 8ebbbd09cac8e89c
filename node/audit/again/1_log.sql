-- The log as it is meant, the working days, the limits in force. From `acts`, `tickets` and `calls` alone.

-- Offices and actions as numbers: what is kept of an act is half as large, and compared as fast as a number.
CREATE TYPE verb AS ENUM (SELECT DISTINCT action FROM acts WHERE action IS NOT NULL ORDER BY 1);
CREATE TYPE office AS ENUM (
    SELECT DISTINCT office FROM (
        SELECT unit AS office FROM acts UNION SELECT on_unit FROM acts
        UNION SELECT unnest([data ->> 'assignment', data ->> 'holder', data ->> 'under']) FROM acts
        WHERE action IN ('accept', 'decline', 'submit', 'reassign')
    ) WHERE office IS NOT NULL ORDER BY 1
);

-- Tickets by a number of their own, which is shorter than their ids. Of what was erased nothing is counted; one whose
-- registration doesn't stand has no phase.
CREATE TEMP TABLE ticket AS
WITH known AS (SELECT * REPLACE (coalesce(phase, '') AS phase) FROM tickets),
origin AS (SELECT record, unit::office AS owner, epoch_ms(time) AS created FROM acts WHERE place = 1 AND matter = 'ticket')
SELECT row_number() OVER ()::INT AS record, t.record AS name, t.number, o.owner, o.created, t.phase, t.round,
       coalesce(t.excluded, false) AS excluded, t.deadline_class, t.persons_affected, t.amount_claimed, t.amount_recovered,
       t.phase IN ('registered', 'dispatched') AS in_work,
       t.phase IN ('registered', 'dispatched', 'follow_up', 'quality_check') AS is_open
FROM known t JOIN origin o USING (record)
WHERE t.phase <> 'erased';

-- Short ids, as acts name each other: the first 32 digits, of those acts that others name. An `adopt` that stands says
-- what it quotes, as its own.
CREATE TEMP TABLE said AS
SELECT t.record, a.place::INT AS place, a.action::verb AS action, a.unit::office AS unit, epoch_ms(a.time) AS ms,
       a.round::INT AS round, a.on_unit::office AS on_unit,
       CASE WHEN a.action IN ('assign', 'ask', 'adopt') OR a.verdict = 'held' OR a.reason = 'adopted'
            THEN left(a.act, 32)::UUID END AS id,
       CASE WHEN a.action IN ('assign', 'receive', 'reassign') THEN try_cast(a.data ->> 'from' AS UUID) END AS source,
       CASE WHEN a.action IN ('accept', 'decline', 'submit') THEN (a.data ->> 'assignment')::office END AS named,
       CASE WHEN a.action IN ('review', 'suspend', 'extend', 'follow_up', 'quality_check') THEN (a.data ->> 'outcome')
            WHEN a.action = 'advance' THEN (a.data ->> 'to') END AS outcome,
       CASE a.action WHEN 'assign' THEN json_array_length(a.data, '$.onward') > 0
            WHEN 'register' THEN concat((a.data ->> 'workplace_region'), (a.data ->> 'employer_region')) <> ''
       END AS flag,  -- it is to be passed on; the jurisdiction is clear
       CASE WHEN a.action IN ('submit', 'follow_up', 'quality_check', 'amend', 'extend', 'ask', 'card', 'clear_card',
                              'object', 'reassign', 'adopt') THEN a.data END AS data,
       a.verdict = 'held' OR coalesce(a.reason = 'adopted', false) AS was_held,
       a.verdict = 'stands' AS stands, a.verdict IN ('stands', 'overtaken') AS counts
FROM acts a JOIN ticket t ON t.name = a.record
WHERE a.action NOT IN ('note', 'attach', 'link', 'unlink', 'entrust', 'supervise', 'reply')
  AND (a.action <> 'amend' OR contains(a.data, 'satisfaction_') OR contains(a.data, 'amount_recovered'));

CREATE TEMP TABLE adopted AS
WITH quoting AS (
    SELECT record, place, id, unit, ms, unnest(from_json((data -> 'acts'), '["VARCHAR"]')) AS quoted
    FROM said WHERE action = 'adopt' AND stands
)
SELECT q.* REPLACE (a.place AS place, a.id AS id, a.unit AS unit, a.ms AS ms, true AS stands, true AS counts), q.id AS instead_of
FROM quoting a JOIN said q ON q.record = a.record AND q.id = try_cast(a.quoted AS UUID) WHERE q.was_held;

INSERT INTO said SELECT * EXCLUDE (instead_of) FROM adopted;
UPDATE said SET source = a.id FROM adopted a WHERE said.record = a.record AND said.source = a.instead_of;

-- Working days (1.3): Monday to Friday, but for what the root's calendar says; a day is counted from 1970, at UTC+8.
CREATE MACRO day_of(ms) AS (ms + 28800000) // 86400000;
CREATE MACRO end_of_day(day) AS (day + 1) * 86400000 - 28800000;

CREATE TEMP TABLE calendar AS
WITH published AS (
    SELECT record, arg_max((data ->> 'year')::BIGINT, place) FILTER (WHERE (data ->> 'year') IS NOT NULL) AS year,
           arg_max((data -> 'days'), place) FILTER (WHERE (data -> 'days') IS NOT NULL) AS days, max(time) AS changed
    FROM acts WHERE matter = 'calendar' AND verdict = 'stands' AND action IN ('set', 'amend') GROUP BY record
),
newest AS (SELECT year, arg_max(days, changed) AS days FROM published WHERE year IS NOT NULL GROUP BY year),
listed AS (SELECT year, unnest(json_keys(days)) AS day, days FROM newest),
special AS (
    SELECT day::DATE - DATE '1970-01-01' AS day, (days ->> day) = 'work' AS works
    FROM listed WHERE try_cast(day AS DATE) IS NOT NULL AND year(day::DATE) = year AND (days ->> day) IN ('work', 'rest')
),
every AS (SELECT d AS day, coalesce(s.works, isodow(DATE '1970-01-01' + d::INT) < 6) AS works
          FROM range(10957, 47482) r(d) LEFT JOIN special s ON s.day = d)  -- 2000 to 2099
SELECT day, works, sum(works::INT) OVER (ORDER BY day)::BIGINT AS nth FROM every;

SET VARIABLE nth = (SELECT list(nth ORDER BY day) FROM calendar);
SET VARIABLE workday = (SELECT list(day ORDER BY nth) FROM calendar WHERE works);

-- 24:00 of so many working days after the day of an instant.
CREATE MACRO ends(ms, days) AS end_of_day(getvariable('workday')[getvariable('nth')[day_of(ms) - 10956] + days]);

-- The limits (1.3), from the day after they were signed at the earliest; the defaults before.
SET VARIABLE limits = (
WITH defaults(name, value) AS (
    VALUES ('forward_clear_hours', 1), ('forward_unclear_hours', 24), ('forward_days', 1), ('accept_days', 3),
           ('decline_days', 2), ('undelivered_days', 3), ('complete_general_days', 15),
           ('complete_difficult_days', 30), ('complete_complex_days', 60), ('rework_days', 7)
),
signed AS (
    SELECT greatest(end_of_day(day_of(epoch_ms(time))),
                    coalesce(end_of_day(try_cast((data ->> 'effective') AS DATE) - DATE '1970-01-01' - 1), 0)) AS since,
           time, data
    FROM acts WHERE matter = 'policy' AND verdict = 'stands' AND action IN ('set', 'amend')
),
steps AS (
    SELECT name, since, time, value FROM (
        SELECT d.name, s.since, s.time, CASE WHEN json_type(s.data, '$.' || d.name) = 'UBIGINT'
               AND (s.data ->> d.name)::HUGEINT BETWEEN 1 AND 10000 THEN (s.data ->> d.name)::BIGINT END AS value
        FROM defaults d CROSS JOIN signed s
    ) WHERE value IS NOT NULL
    UNION ALL SELECT name, 0, TIMESTAMPTZ '1970-01-01 00:00:00+00', value FROM defaults
)
SELECT map_from_entries(list((name, steps))) FROM (
    SELECT name, list(struct_pack(since := since, value := value) ORDER BY since, time) AS steps FROM steps GROUP BY name
)
);

-- The one in force at an instant.
CREATE MACRO term(which, ms) AS list_filter(getvariable('limits')[which], lambda step: step.since <= ms)[-1].value;
