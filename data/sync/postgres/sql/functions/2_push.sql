-- SYNC rule 3. Everything is worked out, and every row that may be waited for is locked, before the last statement
-- takes the numbers and writes: only between that and the commit do other pushes wait for this one.

CREATE OR REPLACE FUNCTION push_v1(asking text, ops_pushed jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    seat replica := seat_of(asking);
    speaker text := CASE WHEN NOT is_feed() THEN (me()).person END;
    at timestamptz := hub_now();
    given pushed[];
    fresh pushed[];
    answers jsonb;
    named_twice text[];
    rows changed[];
    outcomes text[];
    conflicts jsonb[];
    whys text[];
    ranks integer[];
    vers bigint[];
    brought_back row_key[];
    taken integer;
    written integer;
BEGIN
    IF seat.replica_id IS NULL THEN
        RAISE EXCEPTION 'This seat is not enrolled at the hub: it enrols again by itself.' USING ERRCODE = 'AC001';
    ELSIF current_setting('synchronous_commit') = 'off' THEN
        RAISE EXCEPTION 'The hub does not wait for its disk (synchronous_commit is off), so it takes nothing: switch it on again.'
            USING ERRCODE = 'AC001';
    END IF;

    -- What is new of it.
    SELECT array_agg(ROW(place, op_id, replica_seq, txn_id, entity, entity_id, kind, base_ver, patch,
                         coalesce(speaker, actor), schema_v)::pushed ORDER BY place)
    INTO given
    FROM ROWS FROM (jsonb_to_recordset(ops_pushed) AS (
        op_id text, replica_seq bigint, txn_id text, entity text, entity_id text, kind text, base_ver bigint,
        patch jsonb, actor text, schema_v integer)) WITH ORDINALITY AS op (
        op_id, replica_seq, txn_id, entity, entity_id, kind, base_ver, patch, actor, schema_v, place);
    SELECT coalesce(jsonb_object_agg(op_id, result), '{}') INTO answers FROM ops
    WHERE op_id = ANY (ARRAY(SELECT op_id FROM unnest(given)));
    SELECT array_agg(ROW(place, op_id, replica_seq, txn_id, entity, entity_id, kind, base_ver, patch, actor,
                         schema_v)::pushed ORDER BY place)
    INTO fresh
    FROM (
        SELECT row_number() OVER (ORDER BY place) AS place, op_id, replica_seq, txn_id, entity, entity_id,
               kind, base_ver, patch, actor, schema_v
        FROM (SELECT DISTINCT ON (op_id) * FROM unnest(given) WHERE NOT answers ? op_id ORDER BY op_id, place) AS once
    ) AS numbered;
    IF EXISTS (SELECT FROM unnest(fresh) AS op WHERE op.replica_seq <= seat.last_seq AND (
                   SELECT true FROM ops WHERE replica_id = asking AND ops.replica_seq = op.replica_seq))
       OR EXISTS (SELECT FROM unnest(fresh) GROUP BY replica_seq HAVING count(*) > 1) THEN
        RAISE EXCEPTION 'a change of replica % is another one here', asking USING ERRCODE = 'AC002';
    END IF;

    -- What it makes of the rows, which nobody else changes from here on.
    PERFORM FROM claimable
    WHERE contact_id = ANY (ARRAY(SELECT entity_id FROM unnest(fresh) WHERE entity = 'contact'))
    ORDER BY contact_id FOR UPDATE;
    PERFORM FROM entity_row WHERE (entity, entity_id) IN (SELECT entity, entity_id FROM unnest(fresh))
    ORDER BY entity, entity_id FOR UPDATE;
    named_twice := ARRAY(SELECT entity_id FROM unnest(fresh) GROUP BY entity_id HAVING count(*) > 1);
    WITH looked_at AS MATERIALIZED (
        -- Plain: a whole new row that this push names once. There is nothing to merge, and no need to play it.
        SELECT op.*, speaker IS NOT NULL AND op.entity IN ('intervention_outcome', 'agent_move')
                     AND is_not_theirs(op, fresh, speaker) AS is_anothers,
               op.entity_id <> ALL (named_twice) AND patch->>'id' = op.entity_id AND patch - columns = '{}'
                     AND octet_length(op.entity_id) <= 900
                     AND NOT is_by_leaders(op.entity, patch, speaker) AND NOT is_by_feeds(op.entity, false)
                     AND (speaker IS NULL OR not_own(op.entity, patch, '{}', speaker) IS NULL)
                     AND (speaker IS NULL OR doubted(op.entity, op.entity_id, patch, '{}') IS NULL)
                     AND kind = CASE WHEN append_only THEN 'append' ELSE 'put' END AND patch @@ fits
                     AND (SELECT true FROM entity_row AS held
                          WHERE held.entity = op.entity AND held.entity_id = op.entity_id LIMIT 1) IS NULL AS is_plain,
               CASE WHEN append_only THEN '{}' ELSE jsonb_build_object('*', jsonb_build_array(1, seat.number)) END AS mark
        FROM unnest(fresh) AS op LEFT JOIN shape ON shape.entity = op.entity
    ), sorted_out AS MATERIALIZED (
        SELECT *, bool_or(is_anothers) OVER (PARTITION BY entity, entity_id ORDER BY place) AS is_refused FROM looked_at
    ), played AS MATERIALIZED (
        SELECT op.entity, op.entity_id, held.ver AS was_ver, held.over, held.changed_at,
               play_all(ROW(place, op_id, replica_seq, txn_id, op.entity, op.entity_id, kind, base_ver, patch, actor,
                            schema_v), held, shape, seat.number,
                        held.ver IS NULL AND (SELECT true FROM ops WHERE ops.entity = op.entity AND hub_seq = 0
                                              AND ops.entity_id = op.entity_id AND replica_id = asking LIMIT 1) IS TRUE
                        ORDER BY place) AS now_is
        FROM sorted_out AS op
        LEFT JOIN LATERAL (SELECT * FROM entity_row WHERE entity = op.entity AND entity_id = op.entity_id) AS held ON true
        LEFT JOIN shape ON shape.entity = op.entity
        WHERE is_plain IS NOT TRUE AND NOT is_refused
        GROUP BY op.entity, op.entity_id, held.ver, held.over, held.changed_at
    )
    SELECT array_agg(ROW(after.entity, entity_id, was_ver, was_over, changed_at, ver, body, field_ver, deleted,
                         is_over(body, over_states, parents), parents[parent_place(body, parent_columns)],
                         body->>parent_columns[parent_place(body, parent_columns)],
                         CASE WHEN over_states IS NOT NULL THEN named(body->>'customer_id') END,
                         last_place, places, outcomes, conflicts, whys)::changed)
    INTO rows
    FROM (
        SELECT entity, entity_id, NULL::bigint AS was_ver, NULL::boolean AS was_over, NULL::timestamptz AS changed_at,
               1 AS ver, patch AS body, mark AS field_ver, false AS deleted, place AS last_place,
               ARRAY[place] AS places, '{applied}'::text[] AS outcomes, '{[]}'::jsonb[] AS conflicts, '{""}'::text[] AS whys
        FROM sorted_out WHERE is_plain AND NOT is_refused
        UNION ALL
        SELECT entity, entity_id, NULL, NULL, NULL, 0, NULL, NULL, false, 0, ARRAY[place], '{refused}', '{[]}',
               ARRAY[CASE WHEN is_anothers THEN 'agent: this is not for the person who signed in to say'
                          ELSE 'depends_on an earlier change of this record that was refused' END]
        FROM sorted_out WHERE is_refused
        UNION ALL
        SELECT entity, entity_id, was_ver, over, changed_at, (now_is).ver, (now_is).body, (now_is).field_ver,
               (now_is).deleted, (now_is).last_place, (now_is).places, (now_is).outcomes, (now_is).conflicts,
               (now_is).whys
        FROM played
    ) AS after LEFT JOIN shape ON shape.entity = after.entity;
    SELECT array_agg(outcome ORDER BY place), array_agg(conflict ORDER BY place), array_agg(why ORDER BY place),
           array_agg(rank ORDER BY place), array_agg(ver ORDER BY place)
    INTO outcomes, conflicts, whys, ranks, vers
    FROM (
        SELECT place, outcome, conflict, why,
               CASE WHEN outcome = 'refused' THEN 0
                    ELSE row_number() OVER (PARTITION BY outcome = 'refused' ORDER BY place) END AS rank,
               CASE WHEN outcome = 'refused' THEN 0
                    ELSE coalesce(was_ver, 0) + count(*) FILTER (WHERE outcome <> 'refused')
                         OVER (PARTITION BY entity, entity_id ORDER BY place) END AS ver
        FROM unnest(rows) AS one, unnest(one.places, one.outcomes, one.conflicts, one.whys)
            AS said (place, outcome, conflict, why)
    ) AS ranked;
    rows := ARRAY(SELECT one FROM unnest(rows) AS one WHERE last_place > 0);
    PERFORM offer_contacts(ARRAY(SELECT body FROM unnest(rows) WHERE entity = 'contact'));
    PERFORM take_interest(asking, ARRAY(SELECT entity_id FROM unnest(rows) WHERE entity = 'customer'));
    brought_back := ARRAY(
        SELECT ROW(child.entity, child.entity_id)::row_key
        FROM unnest(rows) AS one
        JOIN entity_row AS child ON child.parent = one.entity AND child.parent_id = one.entity_id
        WHERE was_over AND was_changed_at < at - make_interval(days => (SELECT min(days) FROM replica))
          AND (child.entity, child.entity_id) NOT IN (SELECT entity, entity_id FROM unnest(rows))
        ORDER BY child.hub_seq);

    SELECT coalesce(max(rank), 0) + cardinality(brought_back) INTO taken FROM unnest(ranks) AS rank;

    WITH clock AS (
        UPDATE hub_clock SET v = v + taken WHERE one RETURNING v - taken AS base
    ), logged AS (
        INSERT INTO ops
        SELECT op_id, asking, replica_seq, txn_id, actor, left(entity, 200),
               CASE WHEN octet_length(entity_id) > 900 THEN left(entity_id, 225) ELSE entity_id END, -- for the index
               kind, patch, base_ver, schema_v, hub_seq,
               jsonb_build_object('op_id', op_id, 'outcome', outcome, 'hub_seq', hub_seq,
                                  'ver', ver, 'conflicts', conflict, 'why', why), at
        FROM clock, unnest(fresh, outcomes, conflicts, whys, ranks, vers) AS op (
                 place, op_id, replica_seq, txn_id, entity, entity_id, kind, base_ver, patch, actor, schema_v,
                 outcome, conflict, why, rank, ver),
             LATERAL (SELECT CASE WHEN rank = 0 THEN 0 ELSE base + rank END AS hub_seq) AS numbered
        RETURNING op_id, result
    ), made AS (
        INSERT INTO entity_row
        SELECT entity, entity_id, ver, base + ranks[last_place], body, field_ver, deleted, at, over, parent, parent_id,
               customer
        FROM clock, unnest(rows) WHERE was_ver IS NULL
    ), altered AS (
        UPDATE entity_row AS stored
        SET ver = one.ver, hub_seq = base + ranks[last_place], body = one.body, field_ver = one.field_ver,
            deleted = one.deleted, changed_at = at, over = one.over, parent = one.parent, parent_id = one.parent_id,
            customer = one.customer
        FROM clock, unnest(rows) AS one
        WHERE stored.ver = one.was_ver AND stored.entity = one.entity AND stored.entity_id = one.entity_id
        RETURNING 1
    ), returned AS (
        UPDATE entity_row AS stored SET hub_seq = base + taken - cardinality(brought_back) + back.place
        FROM clock, unnest(brought_back) WITH ORDINALITY AS back (entity, entity_id, place)
        WHERE stored.entity = back.entity AND stored.entity_id = back.entity_id
    ), heard AS (
        UPDATE replica SET last_seq = greatest(last_seq, (SELECT max(replica_seq) FROM unnest(given)))
        WHERE replica_id = asking
    )
    SELECT answers || coalesce(jsonb_object_agg(op_id, result), '{}'), (SELECT count(*) FROM altered)
    INTO answers, written FROM logged;
    IF written <> (SELECT count(was_ver) FROM unnest(rows)) THEN
        -- A row was made after the locks were taken and before it was read: it was not ours to change.
        RAISE EXCEPTION 'somebody else was quicker' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN (SELECT coalesce(jsonb_agg(answers->op_id ORDER BY place), '[]') FROM unnest(given));
END $$;
