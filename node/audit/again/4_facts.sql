-- What is counted (1.4): a row a fact, for a unit, by the instant at which a period counts it; it holds from `since` on,
-- up to `until`. `number` 1 where nothing is added up.

-- Cards (1.3): issued once a (round, unit, clock, colour); a card's breach computes from `since` on.
CREATE TEMP TABLE called AS
WITH yellow AS (
    SELECT record, round, unit, clock, owed, due, done, CASE WHEN owed THEN due ELSE done END AS ms
    FROM deadline WHERE NOT paused AND NOT kept AND (owed OR done IS NOT NULL)
),
late AS (
    SELECT record, round, unit, clock, ends(due - 1, 3) AS ms, done FROM yellow WHERE owed
),
cleared AS (
    SELECT DISTINCT record, round, on_unit AS unit, data ->> 'clock' AS clock FROM said
    WHERE stands AND action = 'clear_card' AND (data ->> 'colour') = 'yellow'
),
second AS (
    SELECT record, round, unit, clock, ms, row_number() OVER (PARTITION BY record, round, unit ORDER BY ms, clock) AS nth
    FROM yellow ANTI JOIN cleared USING (record, round, unit, clock)
),
every AS (
    SELECT record, round, unit, clock, 'yellow' AS colour, ms FROM yellow
    UNION ALL SELECT record, round, unit, clock, 'red', ms FROM late WHERE done IS NULL OR done > ms
    UNION ALL SELECT record, round, unit, clock, 'red', ms FROM second WHERE nth > 1
)
SELECT record, round, unit, clock, colour, min(ms) AS since FROM every GROUP BY ALL;

CREATE TEMP TABLE card AS
WITH told AS (
    SELECT record, round, on_unit AS unit, data ->> 'clock' AS clock, data ->> 'colour' AS colour, action, place, ms
    FROM said WHERE stands AND action IN ('card', 'clear_card', 'object')
),
by_key AS (
    SELECT record, round, unit, clock, colour, arg_min(ms, place) FILTER (WHERE action = 'card') AS issued,
           count(*) FILTER (WHERE action = 'clear_card') > 0 AS is_cleared,
           count(*) FILTER (WHERE action = 'object') > 0 AS is_objected
    FROM told WHERE round IS NOT NULL AND unit IS NOT NULL AND clock IS NOT NULL AND colour IS NOT NULL GROUP BY ALL
)
SELECT k.*, c.since, CASE WHEN k.is_cleared THEN k.issued ELSE greatest(k.issued, c.since) + 0 * c.since END AS stands_from
FROM by_key k SEMI JOIN ticket t USING (record)
LEFT JOIN called c USING (record, round, unit, clock, colour)
WHERE k.issued IS NOT NULL;

-- Rounds: when each was done, what its lead said came of it.
CREATE TEMP TABLE finish AS
WITH ended AS (
    SELECT record, round, arg_min(ms, place) FILTER (WHERE action = 'advance') AS handed,
           arg_min(ms, place) FILTER (WHERE action = 'answer') AS answered
    FROM said WHERE stands AND (action = 'answer' OR (action = 'advance' AND outcome = 'follow_up')) GROUP BY ALL
),
stated AS (
    SELECT record, round, name, arg_max(data ->> 'result', place) AS result,
           arg_max((data ->> 'resolved') = 'true', place) AS resolved
    FROM wrote WHERE action = 'submit' GROUP BY ALL
)
SELECT h.record, h.round, h.unit, least(e.handed, e.answered) AS ms, e.answered, s.result, s.resolved
FROM handler h
LEFT JOIN ended e ON e.record = h.record AND e.round = h.round
LEFT JOIN stated s ON s.record = h.record AND s.round = h.round AND s.name = h.answering;

-- Follow-up (回访): settled by the first that says what the worker thinks, or by three attempts on two days.
CREATE TEMP TABLE attempt AS
SELECT record, round, place, ms, outcome, try_cast(data ->> 'satisfaction_result' AS BIGINT) AS result,
       try_cast(data ->> 'satisfaction_attitude' AS BIGINT) AS attitude,
       row_number() OVER sofar AS nth, day_of(ms) > first_value(day_of(ms)) OVER sofar AS on_two_days
FROM said WHERE stands AND action = 'follow_up'
WINDOW sofar AS (PARTITION BY record, round ORDER BY place);

CREATE TEMP TABLE settled AS
SELECT record, round, arg_min(ms, place) AS ms, arg_min(outcome, place) AS outcome
FROM attempt WHERE outcome IN ('satisfied', 'dissatisfied') OR (nth >= 3 AND on_two_days) GROUP BY ALL;

-- A score that a conflict was settled to, behind the attempt, goes before the attempt's own.
CREATE TEMP TABLE score AS
WITH kinds(kind, field) AS (VALUES ('result', 'satisfaction_result'), ('attitude', 'satisfaction_attitude')),
told AS (
    SELECT a.record, a.round, k.kind, k.field, arg_max(struct_pack(place := a.place, ms := a.ms, outcome := a.outcome,
               score := CASE k.kind WHEN 'result' THEN a.result ELSE a.attitude END), a.place) AS last
    FROM attempt a CROSS JOIN kinds k
    WHERE CASE k.kind WHEN 'result' THEN a.result ELSE a.attitude END IS NOT NULL
       OR (k.kind = 'result' AND a.outcome IN ('satisfied', 'dissatisfied'))
    GROUP BY ALL
),
amended AS (
    SELECT s.record, k.kind, arg_max(struct_pack(place := s.place, action := s.action,
               score := try_cast(s.data ->> k.field AS BIGINT)), s.place) AS last
    FROM said s JOIN kinds k ON json_exists(s.data, k.field)
    WHERE s.stands AND s.action IN ('follow_up', 'amend') GROUP BY ALL
)
SELECT t.record, t.round, t.kind, t.last.ms AS ms,
       coalesce(CASE WHEN a.last.action = 'amend' AND a.last.place > t.last.place THEN a.last.score ELSE t.last.score END >= 4,
                t.last.outcome = 'satisfied') AS is_good
FROM told t LEFT JOIN amended a ON a.record = t.record AND a.kind = t.kind;

-- Quality check (质检): a failed one isn't undone; what isn't in the sample wasn't checked.
CREATE TEMP TABLE verdict AS
SELECT record, round, bool_or(outcome = 'fail') AS is_failed,
       coalesce(arg_min(ms, place) FILTER (WHERE outcome = 'fail'), arg_min(ms, place)) AS ms,
       coalesce(arg_min(coalesce(try_cast(data ->> 'score' AS BIGINT), -1), place) FILTER (WHERE outcome = 'fail'),
                arg_min(coalesce(try_cast(data ->> 'score' AS BIGINT), -1), place)) AS score
FROM said WHERE stands AND action = 'quality_check' AND coalesce(data ->> 'sampled', 'true') <> 'false' GROUP BY ALL;

CREATE TEMP TABLE recovered AS
WITH by_branch AS (
    SELECT record, round, name, arg_max((data ->> 'amount_recovered')::BIGINT, place) AS fen, max(ms) AS ms
    FROM wrote WHERE action = 'submit' AND (data ->> 'amount_recovered') IS NOT NULL GROUP BY ALL
),
summed AS (SELECT record, sum(fen)::BIGINT AS fen, max(ms) AS ms FROM by_branch GROUP BY record),
own AS (SELECT record, max(ms) AS ms FROM said WHERE stands AND action = 'amend'
        AND (data ->> 'amount_recovered') IS NOT NULL GROUP BY record)
SELECT t.record, coalesce(s.fen, t.amount_recovered) AS fen, greatest(coalesce(s.ms, 0), coalesce(o.ms, 0)) AS ms
FROM ticket t LEFT JOIN summed s USING (record) LEFT JOIN own o USING (record);

-- What isn't a ticket, by numbers of its own; and how people call each.
CREATE TEMP TABLE other AS
SELECT -(row_number() OVER ())::INT AS record, record AS name, matter, unit AS owner, epoch_ms(time) AS created
FROM acts WHERE place = 1 AND matter <> 'ticket';

CREATE TEMP TABLE subject AS
SELECT record, name, number FROM ticket
UNION ALL SELECT o.record, o.name, c.number FROM other o LEFT JOIN calls c ON c.record = o.name;

CREATE TEMP TABLE apart AS SELECT record FROM ticket WHERE excluded;

CREATE TEMP TABLE fact (
    name VARCHAR, record INT, unit VARCHAR, ms BIGINT, number BIGINT, since BIGINT, until BIGINT, excluded BOOLEAN
);

-- The ticket as a whole, by its registration.
INSERT INTO fact
WITH present AS (
    SELECT t.*, coalesce(f.unit, t.owner) AS handler, f.ms AS finished, f.answered, f.result
    FROM ticket t LEFT JOIN finish f ON f.record = t.record AND f.round = t.round
),
-- name, record, unit, by which instant, how many, from, until
found AS (
    SELECT 'registered' AS name, record, owner AS unit, created AS ms, 1::BIGINT AS number, created AS since,
           NULL::BIGINT AS until FROM ticket
    UNION ALL SELECT 'handled', record, handler, created, 1, created, NULL FROM present
    UNION ALL SELECT 'completed', record, handler, created, 1, finished, NULL FROM present
        WHERE NOT in_work AND phase <> 'withdrawn' AND finished IS NOT NULL AND (answered IS NOT NULL OR result = 'completed')
    UNION ALL SELECT 'withdrawn', t.record, t.owner, t.created, 1, arg_min(s.ms, s.place), NULL
        FROM ticket t JOIN said s ON s.record = t.record AND s.round = t.round AND s.stands AND s.action = 'withdraw'
        WHERE t.phase = 'withdrawn' GROUP BY ALL
    UNION ALL SELECT 'persons_affected', record, owner, created, persons_affected, created, NULL FROM ticket
    UNION ALL SELECT 'claimed', record, handler, created, amount_claimed, created, NULL FROM present
    UNION ALL SELECT 'recovered', p.record, p.handler, p.created, r.fen, r.ms, NULL FROM present p JOIN recovered r USING (record)
    UNION ALL SELECT 'answered', t.record, t.owner, t.created, 1, arg_min(s.ms, s.place), NULL
        FROM ticket t JOIN said s ON s.record = t.record AND s.stands AND s.action = 'answer' GROUP BY ALL
    UNION ALL SELECT 'urged', p.record, p.handler, s.ms, 1, s.ms, NULL
        FROM present p JOIN said s ON s.record = p.record AND s.stands AND s.action = 'urge'
)
SELECT 'ticket.' || f.name, f.record, f.unit, f.ms, f.number, f.since, f.until, x.record IS NOT NULL
FROM found f LEFT JOIN apart x USING (record) WHERE f.number <> 0 AND f.since IS NOT NULL;

-- Each time that a unit was given the work, and the way to it.
INSERT INTO fact
WITH given AS (
    SELECT w.record, w.name, w.round, w.shown, w.holder, g.place, g.ms,
           lead(g.place, 1, 1000000000) OVER (PARTITION BY w.record, w.round, w.name ORDER BY g.place) AS next
    FROM work w JOIN wrote g ON g.record = w.record AND g.round = w.round AND g.name = w.name AND g.action = 'assign'
),
found AS (
    SELECT 'assigned' AS name, record, shown AS unit, ms, 1::BIGINT AS number, ms AS since, NULL::BIGINT AS until FROM given
    UNION ALL SELECT 'declined', g.record, g.shown, g.ms, 1, arg_min(d.ms, d.place), NULL
        FROM given g JOIN said d ON d.record = g.record AND d.round = g.round AND d.action = 'decline' AND d.counts
            AND d.unit IN (g.name, g.holder) AND coalesce(d.named, d.unit) IN (g.name, g.holder)
            AND d.place > g.place AND d.place < g.next
        GROUP BY g.record, g.shown, g.ms, g.place, g.name, g.round
    UNION ALL SELECT 'delivered', record, shown, received, 1, received, NULL FROM work WHERE received IS NOT NULL
    UNION ALL SELECT 'line', record, shown, received, greatest(0, received - sent) // 1000, received, NULL FROM work
        WHERE received IS NOT NULL
    UNION ALL SELECT 'undelivered', record, shown, sent, 1, sent, NULL FROM work
        WHERE received IS NULL AND is_open AND status = 'sent' AND NOT is_passed
)
SELECT 'ticket.' || f.name, f.record, f.unit, f.ms, f.number, f.since, f.until, x.record IS NOT NULL
FROM found f LEFT JOIN apart x USING (record) WHERE f.number <> 0 AND f.since IS NOT NULL;

-- Rounds, and what the worker and the check say of them.
INSERT INTO fact
WITH found AS (
    SELECT 'finished' AS name, record, unit, ms, 1::BIGINT AS number, ms AS since, NULL::BIGINT AS until
        FROM finish WHERE ms IS NOT NULL
    UNION ALL SELECT 'reworked', f.record, f.unit, f.ms, 1, arg_min(s.ms, s.place), NULL
        FROM finish f JOIN said s ON s.record = f.record AND s.round = f.round + 1 AND s.stands AND s.action = 'rework'
        WHERE f.ms IS NOT NULL GROUP BY ALL
    UNION ALL SELECT 'result', record, unit, ms, 1, ms, NULL FROM finish WHERE ms IS NOT NULL AND result IS NOT NULL
    UNION ALL SELECT 'result.resolved', record, unit, ms, 1, ms, NULL FROM finish
        WHERE ms IS NOT NULL AND result IS NOT NULL AND resolved
    UNION ALL SELECT 'follow_up', s.record, h.unit, s.ms, 1, s.ms, NULL FROM settled s JOIN handler h USING (record, round)
    UNION ALL SELECT 'follow_up.not_obtained', s.record, h.unit, s.ms, 1, s.ms, NULL
        FROM settled s JOIN handler h USING (record, round) WHERE s.outcome NOT IN ('satisfied', 'dissatisfied')
    UNION ALL SELECT 'scored.' || s.kind, s.record, h.unit, s.ms, 1, s.ms, NULL FROM score s JOIN handler h USING (record, round)
    UNION ALL SELECT 'satisfied.' || s.kind, s.record, h.unit, s.ms, 1, s.ms, NULL
        FROM score s JOIN handler h USING (record, round) WHERE s.is_good
    UNION ALL SELECT 'checked', v.record, h.unit, v.ms, 1, v.ms, NULL FROM verdict v JOIN handler h USING (record, round)
    UNION ALL SELECT 'checked.passed', v.record, h.unit, v.ms, 1, v.ms, NULL
        FROM verdict v JOIN handler h USING (record, round) WHERE NOT v.is_failed
    UNION ALL SELECT 'checked.scored', v.record, h.unit, v.ms, 1, v.ms, NULL
        FROM verdict v JOIN handler h USING (record, round) WHERE v.score >= 0
    UNION ALL SELECT 'checked.score', v.record, h.unit, v.ms, v.score, v.ms, NULL
        FROM verdict v JOIN handler h USING (record, round) WHERE v.score > 0
)
SELECT 'ticket.' || f.name, f.record, f.unit, f.ms, f.number, f.since, f.until, x.record IS NOT NULL
FROM found f LEFT JOIN apart x USING (record) WHERE f.number <> 0 AND f.since IS NOT NULL;

-- A limit counts in the period in which it falls due, once it was kept, or has passed.
INSERT INTO fact
WITH found AS (
    SELECT clock || '.due' AS name, record, unit, due AS ms, 1::BIGINT AS number, CASE WHEN kept THEN done ELSE due END AS since,
           NULL::BIGINT AS until FROM deadline WHERE owed AND NOT paused AND NOT (kept AND moot)
    UNION ALL SELECT clock || '.kept', record, unit, due, 1, done, NULL FROM deadline WHERE owed AND NOT paused AND kept AND NOT moot
    UNION ALL SELECT 'overdue', record, unit, due, 1, due, done FROM deadline WHERE owed AND NOT paused AND NOT kept
    UNION ALL SELECT clock || '.late', record, unit, done, 1, done, NULL FROM deadline WHERE NOT owed AND done > due
)
SELECT 'ticket.' || f.name, f.record, f.unit, f.ms, f.number, f.since, f.until, x.record IS NOT NULL
FROM found f LEFT JOIN apart x USING (record) WHERE f.number <> 0 AND f.since IS NOT NULL;

-- Cards.
INSERT INTO fact
WITH charged AS (SELECT record, round, unit, min(start) AS ms FROM deadline WHERE owed GROUP BY ALL),
carded AS (SELECT record, round, unit, min(stands_from) AS since FROM card WHERE stands_from IS NOT NULL GROUP BY ALL),
found AS (
    SELECT 'charged' AS name, record, unit, ms, 1::BIGINT AS number, ms AS since, NULL::BIGINT AS until FROM charged
    UNION ALL SELECT 'carded', c.record, c.unit, c.ms, 1, d.since, NULL FROM charged c JOIN carded d USING (record, round, unit)
    UNION ALL SELECT 'card.issued', record, unit, issued, 1, issued, NULL FROM card
    UNION ALL SELECT 'card.' || colour, record, unit, issued, 1, issued, NULL FROM card
    UNION ALL SELECT 'card.objected', record, unit, issued, 1, issued, NULL FROM card WHERE is_objected
    UNION ALL SELECT 'card.cleared', record, unit, issued, 1, issued, NULL FROM card WHERE is_cleared
    UNION ALL SELECT 'card.standing', record, unit, issued, 1, greatest(issued, since), NULL FROM card
        WHERE NOT is_cleared AND since IS NOT NULL
    UNION ALL SELECT 'card.rescinded', record, unit, issued, 1, issued, since FROM card
        WHERE NOT is_cleared AND (since IS NULL OR since > issued)
)
SELECT 'ticket.' || f.name, f.record, f.unit, f.ms, f.number, f.since, f.until, x.record IS NOT NULL
FROM found f LEFT JOIN apart x USING (record) WHERE f.number <> 0 AND f.since IS NOT NULL;

-- Calls (1.5): one that names no number of persons serves whoever called; one that urges a ticket became none.
INSERT INTO fact
WITH became AS (
    SELECT record, arg_max(action, place) <> 'register' AS is_later FROM acts
    WHERE matter = 'call' AND verdict = 'stands' AND contains(data, '"ticket"') AND (data ->> 'ticket') IS NOT NULL GROUP BY record
),
call AS (
    SELECT c.* REPLACE (o.record AS record), o.owner AS taken_by, o.created AS ms, b.is_later
    FROM calls c JOIN other o ON o.name = c.record LEFT JOIN became b ON b.record = c.record
    WHERE coalesce(c.phase, '') <> 'erased'
),
found AS (
    SELECT 'registered' AS name, record, taken_by AS unit, ms, 1::BIGINT AS number FROM call
    UNION ALL SELECT 'persons', record, taken_by, ms, CASE WHEN persons_served > 0 THEN persons_served ELSE 1 END FROM call
    UNION ALL SELECT 'answered', record, taken_by, ms, 1 FROM call WHERE answered_on_the_spot
    UNION ALL SELECT 'ticketed', record, taken_by, ms, 1 FROM call WHERE ticket <> '' AND (is_later OR external_id <> '')
    UNION ALL SELECT 'scored', record, taken_by, ms, 1 FROM call WHERE satisfaction_call IS NOT NULL
    UNION ALL SELECT 'satisfied', record, taken_by, ms, 1 FROM call WHERE satisfaction_call >= 4
)
SELECT 'call.' || name, record, unit, ms, number, ms, NULL, false FROM found;

-- Of everything else, how much there is.
INSERT INTO fact
SELECT matter || '.registered', record, owner, created, 1, created, NULL, false FROM other WHERE matter <> 'call';
