-- SYNC rule 3. Everything is worked out, and every row that may be waited for is locked, before the last statement
-- takes the numbers and writes: only between that and the commit do other pushes wait for this one.

CREATE OR REPLACE FUNCTION push_v1(asking text, ops_pushed jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = agent_console, pg_temp AS $$
#variable_conflict use_column
DECLARE
    seat replica := seat_of(asking);
    speaker text := CASE WHEN is_feed() THEN NULL ELSE session_user END;
    at timestamptz := hub_now();
    given pushed[];
    fresh pushed[];
    known jsonb;
    rows changed[];
    brought_back row_key[];
    numbers integer;
    answers jsonb;
BEGIN
    IF seat.replica_id IS NULL THEN
        RAISE EXCEPTION 'This seat is not enrolled at the hub: it enrols again by itself.' USING ERRCODE = 'AC001';
    ELSIF current_setting('synchronous_commit') = 'off' THEN
        RAISE EXCEPTION 'The hub does not wait for its disk (synchronous_commit is off), so it takes nothing: switch it on again.'
            USING ERRCODE = 'AC001';
    END IF;

    SELECT array_agg(ROW(place, op_id, replica_seq, txn_id, entity, entity_id, kind, base_ver, patch,
                         coalesce(speaker, actor), schema_v)::pushed ORDER BY place)
    INTO given
    FROM ROWS FROM (jsonb_to_recordset(ops_pushed) AS (
        op_id text, replica_seq bigint, txn_id text, entity text, entity_id text, kind text, base_ver bigint,
        patch jsonb, actor text, schema_v integer)) WITH ORDINALITY AS op (
        op_id, replica_seq, txn_id, entity, entity_id, kind, base_ver, patch, actor, schema_v, place);
    IF given IS NULL THEN
        RETURN '[]';
    END IF;
    SELECT jsonb_object_agg(op_id, result) INTO known FROM ops WHERE op_id IN (SELECT op_id FROM unnest(given));
    SELECT array_agg(op ORDER BY place) INTO fresh FROM (
        SELECT DISTINCT ON (op_id) op, place FROM unnest(given) AS op
        WHERE known IS NULL OR NOT known ? op_id ORDER BY op_id, place) AS first_ones;
    IF EXISTS (SELECT FROM ops JOIN unnest(fresh) AS op USING (replica_seq) WHERE ops.replica_id = asking)
       OR EXISTS (SELECT FROM unnest(fresh) GROUP BY replica_seq HAVING count(*) > 1) THEN
        RAISE EXCEPTION 'a change of replica % is another one here', asking USING ERRCODE = 'AC002';
    END IF;

    PERFORM FROM claimable WHERE contact_id IN (SELECT entity_id FROM unnest(fresh) WHERE entity = 'contact')
    ORDER BY contact_id FOR UPDATE;
    WITH held AS MATERIALIZED (
        SELECT * FROM entity_row WHERE (entity, entity_id) IN (SELECT entity, entity_id FROM unnest(fresh))
        ORDER BY entity, entity_id FOR UPDATE
    ), by_row AS (
        SELECT op.entity, op.entity_id, held.ver IS NULL AS is_new, held.over, held.changed_at,
               play_all(op, held, shape, seat.number,
                        held.ver IS NULL AND EXISTS (SELECT FROM ops WHERE ops.entity = op.entity AND hub_seq = 0
                                                     AND ops.entity_id = op.entity_id AND replica_id = asking)
                        ORDER BY op.place) AS now_is
        FROM unnest(fresh) AS op
        LEFT JOIN held USING (entity, entity_id)
        LEFT JOIN shape ON shape.entity = op.entity
        GROUP BY op.entity, op.entity_id, held.ver IS NULL, held.over, held.changed_at
    )
    SELECT array_agg(ROW(entity, entity_id, is_new, over, changed_at, now_is,
                         NOT (now_is).outcomes <@ '{refused}')::changed)
    INTO rows FROM by_row;
    SELECT coalesce(array_agg(ROW(child.entity, child.entity_id)::row_key ORDER BY child.hub_seq), '{}')
    INTO brought_back
    FROM unnest(rows) AS one JOIN entity_row AS child ON child.parent = one.entity AND child.parent_id = one.entity_id
    WHERE accepted AND was_over AND was_changed_at < at - make_interval(days => (SELECT min(days) FROM replica));
    PERFORM offer_contacts(ARRAY(SELECT (now_is).body FROM unnest(rows) WHERE entity = 'contact' AND accepted));
    SELECT cardinality(brought_back) + count(*) INTO numbers
    FROM unnest(rows), unnest((now_is).outcomes) AS one WHERE one <> 'refused';

    WITH clock AS (
        UPDATE hub_clock SET v = v + numbers RETURNING v - numbers AS base
    ), numbered AS MATERIALIZED (
        SELECT place, outcome, conflicts, why,
               CASE WHEN outcome = 'refused' THEN 0
                    ELSE base + row_number() OVER (PARTITION BY outcome = 'refused' ORDER BY place) END AS hub_seq
        FROM clock, unnest(rows),
             unnest((now_is).places, (now_is).outcomes, (now_is).conflicts, (now_is).whys)
                 AS said (place, outcome, conflicts, why)
    ), logged AS (
        INSERT INTO ops
        SELECT op_id, asking, replica_seq, txn_id, actor, entity, entity_id, kind, patch, base_ver, schema_v, hub_seq,
               jsonb_build_object('op_id', op_id, 'outcome', outcome, 'hub_seq', hub_seq,
                                  'conflicts', conflicts, 'why', why), at
        FROM unnest(fresh) JOIN numbered USING (place)
        RETURNING op_id, result
    ), after AS MATERIALIZED (
        SELECT one.entity, one.entity_id, is_new, (now_is).ver AS ver, (now_is).body AS body,
               (now_is).field_ver AS field_ver, (now_is).deleted AS deleted,
               (SELECT max(hub_seq) FROM numbered WHERE place = ANY ((now_is).places)) AS hub_seq,
               traits.*
        FROM unnest(rows) AS one JOIN shape USING (entity), traits_of(shape, (now_is).body) AS traits
        WHERE accepted
    ), made AS (
        INSERT INTO entity_row
        SELECT entity, entity_id, ver, hub_seq, body, field_ver, deleted, at, over, parent, parent_id, customer
        FROM after WHERE is_new
    ), altered AS (
        UPDATE entity_row AS stored
        SET ver = after.ver, hub_seq = after.hub_seq, body = after.body, field_ver = after.field_ver,
            deleted = after.deleted, changed_at = at, over = after.over, parent = after.parent,
            parent_id = after.parent_id, customer = after.customer
        FROM after
        WHERE NOT is_new AND stored.entity = after.entity AND stored.entity_id = after.entity_id
    ), returned AS (
        UPDATE entity_row AS stored SET hub_seq = base + numbers - cardinality(brought_back) + back.place
        FROM clock, unnest(brought_back) WITH ORDINALITY AS back (entity, entity_id, place)
        WHERE stored.entity = back.entity AND stored.entity_id = back.entity_id
    ), heard AS (
        UPDATE replica SET last_seq = greatest(last_seq, (SELECT max(replica_seq) FROM unnest(given)))
        WHERE replica_id = asking
    )
    SELECT jsonb_agg(coalesce(known->op.op_id, result) ORDER BY place) INTO answers
    FROM unnest(given) AS op LEFT JOIN logged USING (op_id);
    RETURN answers;
END $$;
