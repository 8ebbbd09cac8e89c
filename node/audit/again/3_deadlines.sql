-- When what fell due, and when it was done (1.3): judged by when an office acted, overtaken or not.

-- What ends a round's work for everybody: its owner, or a unit above, answers, withdraws, hands it on or opens another.
CREATE TEMP TABLE round_end AS
SELECT record, CASE action WHEN 'rework' THEN round - 1 ELSE round END AS round, min(ms) AS ms
FROM said WHERE counts AND action IN ('answer', 'withdraw', 'advance', 'archive', 'rework') GROUP BY ALL;

-- What the unit of an assignment did since it had it, and what was done to it.
CREATE TEMP TABLE done AS
SELECT w.record, w.round, w.name,
       min(s.ms) FILTER (WHERE s.action = 'accept') AS accepted,
       min(s.ms) FILTER (WHERE s.action = 'decline') AS declined,
       min(s.ms) FILTER (WHERE s.action = 'submit') AS handed_in,
       max(s.ms) FILTER (WHERE s.action = 'submit') AS handed_in_last,
       min(s.ms) FILTER (WHERE s.action = 'assign' AND s.source = w.assign) AS passed
FROM work w JOIN said s ON s.record = w.record AND s.round = w.round AND s.unit IN (w.name, w.holder)
    AND s.place >= w.place AND s.counts AND s.action IN ('accept', 'decline', 'submit', 'assign')
GROUP BY ALL;

CREATE TEMP TABLE ruled AS
SELECT w.record, w.round, w.name, s.action, s.place, s.ms, s.outcome, s.data
FROM said s JOIN work w ON w.record = s.record AND w.round = s.round AND w.name = s.on_unit AND s.place >= w.place
WHERE s.stands AND s.action IN ('deliver', 'suspend', 'resume', 'extend');

-- When its clock stood still, in whole days: from the day of the suspension up to the day before the resumption.
CREATE TEMP TABLE still AS
WITH turns AS (
    SELECT *, count(*) FILTER (WHERE action = 'resume') OVER (PARTITION BY record, round, name ORDER BY place
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS turn
    FROM ruled WHERE action = 'resume' OR (action = 'suspend' AND outcome = 'grant')
),
spans AS (
    SELECT record, round, name, min(ms) FILTER (WHERE action = 'suspend') AS since,
           max(ms) FILTER (WHERE action = 'resume') AS until
    FROM turns GROUP BY record, round, name, turn HAVING since IS NOT NULL
)
SELECT s.record, s.round, s.of AS name, day_of(p.since) AS since, coalesce(day_of(p.until), 1000000) AS until
FROM step s JOIN spans p ON p.record = s.record AND p.round = s.round AND p.name = s.name;

CREATE TEMP TABLE clocks AS
WITH began AS (
    SELECT w.*, d.accepted, d.declined, d.handed_in, d.passed,
           least(e.ms, CASE WHEN NOT w.alive THEN w.taken_away END) AS ended,
           ends(w.sent, term('undelivered_days', w.sent)) AS cap,
           (SELECT min(r.ms) FROM ruled r WHERE r.record = w.record AND r.round = w.round AND r.name = w.name
               AND r.action = 'deliver') AS delivered
    FROM work w
    LEFT JOIN done d ON d.record = w.record AND d.round = w.round AND d.name = w.name
    LEFT JOIN round_end e ON e.record = w.record AND e.round = w.round
)
SELECT *, coalesce(least(received, delivered, cap), cap) AS start,
       least(coalesce(least(received, delivered, cap), cap), cap - 1) AS counted_from,
       least(accepted, passed, handed_in) AS taken
FROM began;

-- The work itself (complete, rework) is owed to the worker, by whoever holds it: once a round, from the first dispatch.
CREATE TEMP TABLE work_start AS
SELECT record, round, min(ms) AS start FROM said
WHERE round > 0 AND CASE WHEN round = 1 THEN action = 'assign' AND counts ELSE action = 'rework' AND stands END
GROUP BY ALL;

CREATE TEMP TABLE owed AS
SELECT s.record, s.round, CASE s.round WHEN 1 THEN 'complete' ELSE 'rework' END AS clock, s.start,
       term(CASE WHEN s.round > 1 THEN 'rework_days' WHEN t.deadline_class = 'difficult' THEN 'complete_difficult_days'
                 WHEN t.deadline_class = 'complex' THEN 'complete_complex_days' ELSE 'complete_general_days' END,
            s.start) AS days
FROM work_start s JOIN ticket t ON t.record = s.record AND s.round <= t.round;

-- What is asked of the calendar: `more`, the days of an extension, of which up to ten may have been granted.
CREATE TEMP TABLE extendable AS
SELECT DISTINCT s.record, s.round, s.of AS name
FROM step s JOIN ruled r ON r.record = s.record AND r.round = s.round AND r.name = s.name AND r.action = 'extend';

CREATE TEMP TABLE asked AS
SELECT record, round, name, 'accept' AS clock, 0 AS more, counted_from AS ms, term('accept_days', start) AS days FROM clocks
UNION ALL
SELECT record, round, name, 'decline', 0, counted_from, term('decline_days', start) FROM clocks
WHERE declined IS NOT NULL OR least(handed_in, ended) IS NULL
UNION ALL
SELECT o.record, o.round, w.name, o.clock, 0, o.start, o.days
FROM owed o JOIN work w ON w.record = o.record AND w.round = o.round WHERE w.holds
UNION ALL
SELECT o.record, o.round, x.name, o.clock, r.more, o.start, o.days + r.more
FROM owed o JOIN extendable x ON x.record = o.record AND x.round = o.round CROSS JOIN range(1, 11) r(more);

-- NULL where it stands still before. A day on which it stood still moves the end where it comes before the end.
CREATE TEMP TABLE answered AS
WITH idle AS (
    SELECT DISTINCT record, round, name, unnest(range(since, until)) AS day FROM still WHERE until < 1000000
),
shut AS (SELECT i.*, c.nth FROM idle i JOIN calendar c ON c.day = i.day AND c.works),
halted AS (SELECT record, round, name, min(since) AS day FROM still WHERE until = 1000000 GROUP BY ALL),
numbered AS (
    SELECT a.record, a.round, a.name, a.clock, a.more, a.days, i.nth - getvariable('nth')[day_of(a.ms) - 10956]
               - row_number() OVER (PARTITION BY a.record, a.round, a.name, a.clock, a.more ORDER BY i.day) AS worked
    FROM asked a JOIN shut i ON i.record = a.record AND i.round = a.round AND i.name = a.name AND i.day > day_of(a.ms)
),
longer AS (
    SELECT record, round, name, clock, more, count(*) FILTER (WHERE worked < days) AS by FROM numbered GROUP BY ALL
),
due AS (
    SELECT a.*, ends(a.ms, a.days + coalesce(l.by, 0)) AS due
    FROM asked a LEFT JOIN longer l ON l.record = a.record AND l.round = a.round AND l.name = a.name
        AND l.clock = a.clock AND l.more = a.more
)
SELECT d.* REPLACE (CASE WHEN h.day IS NULL OR end_of_day(h.day) > d.due THEN d.due END AS due)
FROM due d LEFT JOIN halted h ON h.record = d.record AND h.round = d.round AND h.name = d.name;

-- Extensions (延期): asked for before the limit ended as it then was; each grant states the total, ten days at most.
CREATE TEMP TABLE granted AS
WITH RECURSIVE grants AS (
    SELECT s.record, s.round, s.of, s.name, least((r.data ->> 'days')::BIGINT, 10) AS days, q.ms AS wished,
           row_number() OVER (PARTITION BY s.record, s.round, s.of, s.name ORDER BY r.place) AS nth
    FROM step s JOIN ruled r ON r.record = s.record AND r.round = s.round AND r.name = s.name
    JOIN said q ON q.record = r.record AND q.id = try_cast(r.data ->> 'request' AS UUID) AND q.action = 'ask' AND q.stands
        AND (q.data ->> 'for') = 'extend'
    WHERE r.action = 'extend' AND r.outcome = 'grant'
),
told AS (
    SELECT record, round, of, name, 0::BIGINT AS nth, 0::BIGINT AS total FROM grants WHERE nth = 1
    UNION ALL
    SELECT g.record, g.round, g.of, g.name, g.nth,
           CASE WHEN l.due IS NULL OR g.wished <= l.due THEN g.days ELSE t.total END
    FROM told t
    JOIN grants g ON g.record = t.record AND g.round = t.round AND g.of = t.of AND g.name = t.name AND g.nth = t.nth + 1
    JOIN answered l ON l.record = g.record AND l.round = g.round AND l.name = g.of AND l.clock IN ('complete', 'rework')
        AND l.more = t.total
)
SELECT record, round, of AS name, max(total) AS days
FROM (SELECT record, round, of, name, arg_max(total, nth) AS total FROM told GROUP BY ALL) GROUP BY record, round, of;

-- Every deadline: `done` when it was met or ended, `moot` where something else than what it waits for ended it,
-- `paused` where it stands still, `owed` unless it is the limit of a right.
CREATE TEMP TABLE deadline AS
WITH found AS (
    SELECT t.record, 1 AS round, 'forward' AS clock, t.owner AS unit, s.ms AS start,
           s.ms + 3600000 * term(CASE WHEN s.flag THEN 'forward_clear_hours' ELSE 'forward_unclear_hours' END, s.ms) AS due,
           least(f.sent, e.ms) AS done, least(f.sent, e.ms) IS DISTINCT FROM f.sent AS moot, true AS owed, 1 AS turn
    FROM ticket t
    JOIN said s ON s.record = t.record AND s.place = 1 AND s.action = 'register'
    LEFT JOIN (SELECT record, min(ms) AS sent FROM said WHERE action = 'assign' AND counts AND round = 1 GROUP BY record) f
        ON f.record = t.record
    LEFT JOIN round_end e ON e.record = t.record AND e.round = 1
    UNION ALL
    SELECT c.record, c.round, 'accept', c.shown, c.start, l.due, least(c.taken, c.declined, c.ended),
           least(c.taken, c.declined, c.ended) NOT IN (coalesce(c.taken, 0), coalesce(c.declined, 0)), true, 2
    FROM clocks c JOIN answered l ON l.record = c.record AND l.round = c.round AND l.name = c.name AND l.clock = 'accept'
    UNION ALL
    SELECT c.record, c.round, 'decline', c.shown, c.start, l.due, c.declined, false, false, 2
    FROM clocks c JOIN answered l ON l.record = c.record AND l.round = c.round AND l.name = c.name AND l.clock = 'decline'
    UNION ALL
    SELECT record, round, 'forward', shown, received, ends(received, term('forward_days', received)),
           least(passed, declined, ended), least(passed, declined, ended) IS DISTINCT FROM passed, true, 2
    FROM clocks WHERE received IS NOT NULL AND (goes_on OR passed IS NOT NULL)
    UNION ALL
    SELECT o.record, o.round, o.clock, c.shown, o.start, l.due, h.done, h.done IS DISTINCT FROM h.handed_in, true, 3
    FROM owed o
    JOIN clocks c ON c.record = o.record AND c.round = o.round AND c.holds
    LEFT JOIN granted g ON g.record = c.record AND g.round = c.round AND g.name = c.name
    JOIN answered l ON l.record = c.record AND l.round = c.round AND l.name = c.name AND l.clock = o.clock
        AND l.more = coalesce(g.days, 0)
    LEFT JOIN done d ON d.record = c.record AND d.round = c.round AND d.name = c.name
    CROSS JOIN LATERAL (
        SELECT CASE WHEN c.status IN ('submitted', 'completed', 'declined', 'recalled') THEN d.handed_in_last END AS handed_in,
               least(CASE WHEN c.status IN ('submitted', 'completed', 'declined', 'recalled') THEN d.handed_in_last END,
                     CASE WHEN c.status NOT IN ('submitted', 'completed') THEN c.ended END) AS done
    ) h
    UNION ALL
    SELECT o.record, o.round, o.clock, t.owner, o.start, ends(o.start, o.days), e.ms, true, true, 4
    FROM owed o
    JOIN ticket t ON t.record = o.record
    LEFT JOIN round_end e ON e.record = o.record AND e.round = o.round
    WHERE NOT EXISTS (SELECT 1 FROM work w WHERE w.record = o.record AND w.round = o.round AND w.holds
                      AND (w.alive OR w.holder = t.owner))
),
-- A unit has one of each clock in a round: of two, the open one, else the one that was kept the worse.
one AS (
    SELECT *, row_number() OVER (PARTITION BY record, round, clock, unit
        ORDER BY done IS NULL DESC, coalesce(done, 0) - coalesce(due, 253202515200000) DESC, turn) AS nth
    FROM found
)
SELECT record, round, clock, unit, start, due, done, coalesce(moot, false) AND done IS NOT NULL AS moot, owed,
       due IS NULL AS paused, coalesce(done <= due, done IS NOT NULL) AS kept
FROM one WHERE nth = 1;
