-- What the calls have in common: the time, who asks, what fits, what an op does to a row.

CREATE OR REPLACE FUNCTION hub_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT clock_timestamp()';

CREATE OR REPLACE FUNCTION instant_text(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- Whether the person who is signed in may speak for others: a feed plays many agents.
CREATE OR REPLACE FUNCTION is_feed() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(session_user, 'agent_console_feed', 'MEMBER')
$$;

CREATE OR REPLACE FUNCTION is_revoked(one replica) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT one.revoked_at IS NOT NULL
        OR EXISTS (SELECT FROM member WHERE person = session_user AND revoked_at IS NOT NULL)
$$;

-- The replica, for its own person. One that the hub does not know is given everything and keeps nothing.
CREATE OR REPLACE FUNCTION seat_of(asking text) RETURNS replica LANGUAGE plpgsql STABLE AS $$
DECLARE
    one replica;
BEGIN
    SELECT * INTO one FROM replica WHERE replica_id = asking;
    IF one.person <> session_user AND NOT is_feed() THEN
        RAISE EXCEPTION 'This seat''s store belongs to another person: sign in as that person, or start with another --data-dir.'
            USING ERRCODE = 'AC001';
    END IF;
    RETURN one;
END $$;

CREATE OR REPLACE FUNCTION admitted(asking text) RETURNS replica LANGUAGE plpgsql STABLE AS $$
DECLARE
    one replica := seat_of(asking);
BEGIN
    IF is_revoked(one) THEN
        RAISE EXCEPTION 'revoked' USING ERRCODE = 'AC004';
    END IF;
    RETURN one;
END $$;

-- Which field keeps a body from fitting, and what it should be.
CREATE OR REPLACE FUNCTION misfit(body jsonb, fields jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN body ? (field->>'name') THEN format('%s: this should be %s', field->>'name', field->>'words')
                ELSE format('%s: this is missing', field->>'name') END
    FROM jsonb_array_elements(fields) WITH ORDINALITY AS one (field, place)
    WHERE (body @@ (field->>'fits')::jsonpath) IS NOT TRUE
    ORDER BY place LIMIT 1
$$;

CREATE OR REPLACE FUNCTION say(said played, op pushed, one outcome) RETURNS played LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    said.places := said.places || op.place;
    said.outcomes := said.outcomes || one.outcome;
    said.conflicts := said.conflicts || coalesce(one.conflicts, '[]');
    said.whys := said.whys || coalesce(one.why, '');
    IF one.outcome = 'refused' THEN
        said.refused := true;
    ELSE
        said.ver := said.ver + 1;
    END IF;
    RETURN said;
END $$;

-- One op played over a row: the row before it is `was` for the first op, then what the one before left (rule 7).
CREATE OR REPLACE FUNCTION play(
    so_far played, op pushed, was entity_row, like_this shape, writer integer, tried_before boolean
) RETURNS played LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    now_is played := so_far;
    exists_now boolean;
    patch jsonb := op.patch;
    whole boolean;
    fresh jsonb;
    lost jsonb;
    unknown jsonb;
    body jsonb;
BEGIN
    IF now_is IS NULL THEN
        now_is := (coalesce(was.ver, 0), coalesce(was.body, '{}'), coalesce(was.field_ver, '{}'),
                   coalesce(was.deleted, false), false, '{}', '{}', '{}', '{}');
    END IF;
    exists_now := now_is.ver > 0;
    IF now_is.refused THEN
        RETURN say(now_is, op, ('refused', NULL, 'depends_on an earlier change of this record that was refused'));
    ELSIF like_this.entity IS NULL THEN
        RETURN say(now_is, op, ('refused', NULL, format('the hub does not know ''%s'': update the hub', op.entity)));
    ELSIF length(op.entity_id) > 1000 THEN
        RETURN say(now_is, op, ('refused', NULL, 'id: this should be at most 1,000 characters'));
    ELSIF op.kind = 'delete' AND like_this.deletable THEN
        IF NOT exists_now OR now_is.deleted THEN
            RETURN say(now_is, op, ('refused', NULL, 'there is no such record at the hub that could be deleted'));
        ELSIF EXISTS (SELECT FROM jsonb_each(now_is.field_ver) WHERE (value->>0)::bigint > op.base_ver
                      AND (value->>1)::integer <> writer) THEN
            RETURN say(now_is, op, ('conflict', '[{"field": "deleted", "mine": true, "theirs": false}]', NULL));
        END IF;
        now_is.body := '{}';
        now_is.field_ver := '{}';
        now_is.deleted := true;
        RETURN say(now_is, op, ('applied', NULL, NULL));
    ELSIF op.kind <> (CASE WHEN like_this.append_only THEN 'append' ELSE 'put' END) THEN
        RETURN say(now_is, op, ('refused', NULL, format('''%s'' is not possible on ''%s''', op.kind, op.entity)));
    ELSIF exists_now AND like_this.append_only THEN
        RETURN say(now_is, op, ('refused', NULL, 'a record with this id exists and is never changed'));
    END IF;
    whole := (patch || '{"id": null}') ?& like_this.columns;
    IF now_is.deleted AND NOT whole THEN
        RETURN say(now_is, op, ('refused', NULL, 'it was deleted at the hub meanwhile'));
    ELSIF NOT exists_now AND NOT whole AND tried_before THEN
        RETURN say(now_is, op, ('refused', NULL, 'depends_on an earlier change of this record that was refused'));
    END IF;
    fresh := patch;
    IF exists_now AND now_is.field_ver <> '{}' THEN
        SELECT coalesce(jsonb_object_agg(name, mine) FILTER (WHERE NOT stale OR newer), '{}'),
               jsonb_agg(jsonb_build_object('field', name, 'mine', mine, 'theirs', theirs))
                   FILTER (WHERE stale AND NOT by_time AND mine <> theirs)
        INTO fresh, lost
        FROM (
            SELECT one.key AS name, one.value AS mine, coalesce(now_is.body->one.key, 'null') AS theirs,
                   coalesce((mark->>0)::bigint > op.base_ver AND (mark->>1)::integer <> writer, false) AS stale,
                   one.key = ANY (like_this.newest_holds) AS by_time,
                   one.key = ANY (like_this.newest_holds)
                       AND (one.value #>> '{}') COLLATE "C" > (now_is.body->>one.key) AS newer
            FROM jsonb_each(patch) AS one, LATERAL (SELECT now_is.field_ver->one.key) AS marks (mark)
        ) AS field;
    END IF;
    unknown := fresh - like_this.columns;
    body := like_this.defaults || now_is.body
         || CASE WHEN unknown = '{}' THEN fresh ELSE fresh - ARRAY(SELECT jsonb_object_keys(unknown)) END
         || jsonb_build_object('id', op.entity_id);
    IF (body @@ like_this.fits) IS NOT TRUE THEN
        RETURN say(now_is, op, ('refused', NULL, misfit(body, like_this.fields)));
    END IF;
    now_is.body := body;
    now_is.deleted := false;
    IF NOT like_this.append_only AND fresh <> '{}' THEN
        now_is.field_ver := now_is.field_ver || (
            SELECT jsonb_object_agg(name, jsonb_build_array(now_is.ver + 1, writer)) FROM jsonb_object_keys(fresh) AS name);
    END IF;
    RETURN say(now_is, op, (CASE WHEN lost IS NULL THEN 'applied' ELSE 'conflict' END, lost, NULL));
END $$;

DO $$ BEGIN
    IF to_regprocedure('agent_console.play_all(pushed, entity_row, shape, integer, boolean)') IS NULL THEN
        CREATE AGGREGATE play_all(op pushed, was entity_row, like_this shape, writer integer, tried_before boolean) (
            SFUNC = play, STYPE = played
        );
    END IF;
END $$;

-- What a row goes with, and whether it is over (data.sync.scoping).
CREATE OR REPLACE FUNCTION traits_of(
    like_this shape, body jsonb, OUT over boolean, OUT parent text, OUT parent_id text, OUT customer text
) LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    over := CASE WHEN like_this.over_states IS NULL THEN like_this.parents <> '{}'
                 ELSE coalesce(body->>'state' = ANY (like_this.over_states), false) END;
    IF like_this.over_states IS NOT NULL THEN
        customer := named(body->>'customer_id');
    END IF;
    FOR place IN 1 .. cardinality(like_this.parents) LOOP
        parent_id := named(body->>like_this.parent_columns[place]);
        IF parent_id IS NOT NULL THEN
            parent := like_this.parents[place];
            EXIT;
        END IF;
    END LOOP;
END $$;

-- The id that a field names; what cannot be one is none.
CREATE OR REPLACE FUNCTION named(id text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN length(id) BETWEEN 1 AND 1000 THEN id END
$$;

-- Contacts that changed: those that somebody can claim, or whose lease may run out, are in `claimable`.
CREATE OR REPLACE FUNCTION offer_contacts(contacts jsonb[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    gone text[];
BEGIN
    IF contacts = '{}' THEN
        RETURN;
    END IF;
    gone := ARRAY(SELECT one->>'id' FROM unnest(contacts) AS one
                  WHERE one->>'state' IN ('done', 'abandoned')
                     OR (one->>'kind' = 'call' AND one->>'state' NOT IN ('waiting', 'ringing')));
    DELETE FROM claimable WHERE contact_id = ANY (gone);
    UPDATE claim SET comes_back = false WHERE contact_id = ANY (gone) AND comes_back;
    INSERT INTO claimable
    SELECT one->>'id', one->>'queue', one->>'kind', one->>'state', (one->>'priority')::numeric, one->>'queued_at',
           one->>'ringing_agent', one->>'agent'
    FROM unnest(contacts) AS one WHERE one->>'id' <> ALL (gone) ORDER BY one->>'id'
    ON CONFLICT (contact_id) DO UPDATE SET
        queue = excluded.queue, kind = excluded.kind, state = excluded.state, priority = excluded.priority,
        queued_at = excluded.queued_at, ringing_agent = excluded.ringing_agent, agent = excluded.agent;
END $$;
