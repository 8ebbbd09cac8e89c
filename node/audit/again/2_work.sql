-- Assignments (1.2): named by round and unit, each open only while the one that it was passed on from is.

-- Who wrote an assignment's status, and what. An act of the assignee's names it by his unit, or says which it is.
CREATE TEMP TABLE wrote AS
SELECT record, round, place, ms, id, action, unit, source, flag, data,
       CASE WHEN action IN ('assign', 'review', 'recall') THEN on_unit ELSE coalesce(named, unit) END AS name,
       CASE action WHEN 'assign' THEN 'sent' WHEN 'accept' THEN 'accepted' WHEN 'decline' THEN 'declined'
                   WHEN 'submit' THEN 'submitted' WHEN 'recall' THEN 'recalled'
                   WHEN 'review' THEN CASE outcome WHEN 'pass' THEN 'completed' ELSE 'accepted' END
       END AS status
FROM said
WHERE stands AND round > 0 AND action IN ('assign', 'accept', 'decline', 'submit', 'review', 'recall');

-- `holder`: whom it was reassigned to, since it was assigned last.
CREATE TEMP TABLE assignment AS
WITH last AS (
    SELECT record, round, name, arg_max(status, place) AS status, arg_max(ms, place) AS written,
           arg_max(struct_pack(id := id, place := place, ms := ms, unit := unit, source := source, flag := flag), place)
               FILTER (WHERE action = 'assign') AS made
    FROM wrote GROUP BY ALL
),
moves AS (
    SELECT record, round, on_unit AS name, arg_max(
               struct_pack(holder := (data ->> 'holder')::office, under := (data ->> 'under')::office, source := source, place := place), place) AS moved
    FROM said WHERE stands AND action = 'reassign' GROUP BY ALL
)
SELECT l.record, l.round, l.name, l.status, l.written, l.made.id AS assign, l.made.place AS place, l.made.ms AS sent,
       l.made.flag AS goes_on, m.moved IS NOT NULL AS is_moved,
       coalesce(m.moved.holder, l.name) AS holder, coalesce(m.moved.under, l.made.unit) AS assigner,
       CASE WHEN m.moved IS NULL THEN l.made.source ELSE m.moved.source END AS source,
       l.made.unit AS assigned_by
FROM last l
LEFT JOIN moves m ON m.record = l.record AND m.round = l.round AND m.name = l.name AND m.moved.place > l.made.place
JOIN ticket t ON t.record = l.record AND l.round <= t.round
WHERE l.made IS NOT NULL;

-- Each assignment with those that it was passed on from, upwards.
CREATE TEMP TABLE step AS
WITH RECURSIVE up AS (
    SELECT record, round, name AS of, name, 0 AS depth FROM assignment
    UNION ALL
    SELECT up.record, up.round, up.of, above.name, up.depth + 1
    FROM up
    JOIN assignment here ON here.record = up.record AND here.round = up.round AND here.name = up.name
    JOIN assignment above ON above.record = here.record AND above.round = here.round AND above.assign = here.source
    WHERE up.depth < 12
)
SELECT up.*, a.status, a.written, a.assign, a.sent, a.place, a.source, a.assigner,
       g.name AS giver, a.source IS NOT NULL AND (
           g.name IS NULL OR NOT (a.is_moved OR starts_with(a.name, a.assigned_by || '/'))
       ) AS is_loose
FROM up
JOIN assignment a ON a.record = up.record AND a.round = up.round AND a.name = up.name
LEFT JOIN assignment g ON g.record = a.record AND g.round = a.round AND g.assign = a.source;

CREATE TEMP TABLE standing AS
SELECT s.record, s.round, s.of AS name,
       NOT bool_or(s.status IN ('declined', 'recalled') OR s.is_loose) AS alive,
       bool_and(s.status IN ('sent', 'accepted', 'submitted')) AND NOT bool_or(s.is_loose)
           AND any_value(t.in_work AND t.round = s.round) AS is_open
FROM step s JOIN ticket t USING (record) GROUP BY ALL;

-- When one was taken from its unit: its own end, or that of the nearest above it.
CREATE TEMP TABLE taken_away AS
SELECT s.record, s.round, s.of AS name, arg_min(
           CASE WHEN s.status IN ('declined', 'recalled') OR s.source IS NULL THEN s.written
                WHEN s.giver IS NULL THEN coalesce(n.sent, s.written)
                ELSE s.written END, s.depth) AS ms
FROM step s
JOIN standing own ON own.record = s.record AND own.round = s.round AND own.name = s.of AND NOT own.alive
LEFT JOIN standing up ON up.record = s.record AND up.round = s.round AND up.name = s.giver
LEFT JOIN assignment n ON n.record = s.record AND n.round = s.round AND n.name = s.assigner
WHERE s.status IN ('declined', 'recalled') OR s.source IS NULL OR s.giver IS NULL OR up.alive
GROUP BY ALL;

-- The receipt (送达) of the newest dispatch, by the unit named or by whom it was reassigned to.
CREATE TEMP TABLE receipt AS
SELECT a.record, a.round, a.name, arg_min(r.ms, r.place) AS ms
FROM assignment a JOIN said r ON r.record = a.record AND r.action = 'receive' AND r.stands AND r.source = a.assign
    AND r.unit IN (a.name, a.holder)
GROUP BY ALL;

-- Everything that is known of an assignment. `shown`: at which unit it is counted.
CREATE TEMP TABLE work AS
WITH shared AS (
    SELECT record, round, holder FROM assignment GROUP BY ALL HAVING count(*) > 1
),
below AS (  -- which have somebody below who is at it
    SELECT DISTINCT b.record, b.round, b.source AS assign
    FROM assignment b JOIN standing s ON s.record = b.record AND s.round = b.round AND s.name = b.name AND s.alive
    WHERE b.source IS NOT NULL
),
passed AS (
    SELECT DISTINCT record, round, source AS assign FROM assignment WHERE source IS NOT NULL
    UNION SELECT record, round, source FROM wrote WHERE action = 'assign' AND source IS NOT NULL
)
SELECT a.*, s.alive, s.is_open, r.ms AS received, x.ms AS taken_away,
       CASE WHEN h.holder IS NULL THEN a.holder ELSE a.name END AS shown,
       b.assign IS NULL AS holds, p.assign IS NOT NULL AS is_passed
FROM assignment a
JOIN standing s ON s.record = a.record AND s.round = a.round AND s.name = a.name
LEFT JOIN receipt r ON r.record = a.record AND r.round = a.round AND r.name = a.name
LEFT JOIN taken_away x ON x.record = a.record AND x.round = a.round AND x.name = a.name
LEFT JOIN shared h ON h.record = a.record AND h.round = a.round AND h.holder = a.holder
LEFT JOIN below b ON b.record = a.record AND b.round = a.round AND b.assign = a.assign
LEFT JOIN passed p ON p.record = a.record AND p.round = a.round AND p.assign = a.assign;

-- Whose work a round is (办理单位): the lead's, or of the nearest above it; the only branch's; else the owner's.
CREATE TEMP TABLE handler AS
WITH led AS (
    SELECT record, round, arg_max(CASE action WHEN 'lead' THEN on_unit ELSE unit END, place) AS lead
    FROM said WHERE stands AND action IN ('lead', 'escalate') GROUP BY ALL
),
live AS (
    SELECT w.record, w.round, w.name, w.shown, l.lead, count(*) OVER (PARTITION BY w.record, w.round) AS branches
    FROM work w LEFT JOIN led l ON l.record = w.record AND l.round = w.round WHERE w.alive
),
fits AS (
    SELECT v.*, row_number() OVER (PARTITION BY v.record, v.round ORDER BY length(v.name) DESC, v.name) AS nth
    FROM live v JOIN work w ON w.record = v.record AND w.round = v.round AND w.name = v.name
    WHERE CASE WHEN v.lead IS NULL THEN v.branches = 1
               ELSE v.lead IN (w.name, w.holder) OR starts_with(v.lead, w.name || '/') OR starts_with(v.lead, w.holder || '/') END
)
SELECT t.record, r.round, coalesce(f.shown, t.owner) AS unit, f.name AS answering
FROM ticket t CROSS JOIN LATERAL (SELECT unnest(range(1, t.round + 1)) AS round) r
LEFT JOIN fits f ON f.record = t.record AND f.round = r.round AND f.nth = 1;
