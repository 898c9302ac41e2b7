-- What the calls have in common: the time, who asks, what fits, what an op does to a row.

CREATE OR REPLACE FUNCTION hub_now() RETURNS timestamptz LANGUAGE sql AS 'SELECT clock_timestamp()';

CREATE OR REPLACE FUNCTION instant_text(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- Whether the person who is signed in may speak for others: a feed plays many agents.
CREATE OR REPLACE FUNCTION is_feed() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(session_user, 'agent_console_feed', 'MEMBER')
$$;

-- The person who is signed in; NULL: somebody who was not added, like the server's own administrator.
CREATE OR REPLACE FUNCTION me() RETURNS member LANGUAGE sql STABLE AS $$
    SELECT member FROM login JOIN member USING (person) WHERE login = session_user
$$;

CREATE OR REPLACE FUNCTION member_v1() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('id', person, 'name', name, 'role', role, 'revoked', revoked_at IS NOT NULL)
    FROM login JOIN member USING (person) WHERE login = session_user AND role <> 'feed'
$$;

CREATE OR REPLACE FUNCTION is_revoked(one replica) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT one.revoked_at IS NOT NULL OR (me()).revoked_at IS NOT NULL
$$;

-- A connection belongs to one epoch: that of its first call. A seat that has not heard that the hub was put back comes
-- anew and enrols: what it pushed without, under higher numbers, would hide what the hub lacks of it.
CREATE OR REPLACE FUNCTION begin_call() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    known text := current_setting('agent_console.epoch', true);
    epoch text;
BEGIN
    -- A restore holds this table: whoever waited for one reads what it wrote, and none begins before the call is over.
    LOCK TABLE hub_info IN ACCESS SHARE MODE;
    epoch := hub_fact('epoch');
    IF coalesce(known, '') = '' THEN
        PERFORM set_config('agent_console.epoch', epoch, false);
    ELSIF known <> epoch THEN
        RAISE EXCEPTION 'The hub was put back from a backup: seats enrol again by themselves.' USING ERRCODE = 'AC001';
    END IF;
END $$;

-- The replica, for its own person. One that the hub does not know is given everything and keeps nothing. Groups are the
-- server's, and its hubs share them: who is a member of another hub only, its administrator too, has no place here.
CREATE OR REPLACE FUNCTION seat_of(asking text) RETURNS replica LANGUAGE plpgsql AS $$
DECLARE
    one replica;
BEGIN
    PERFORM begin_call();
    IF NOT EXISTS (SELECT FROM login WHERE login = session_user)
       AND NOT pg_has_role(session_user, 'agent_console_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'no place' USING ERRCODE = '42501';
    END IF;
    SELECT * INTO one FROM replica WHERE replica_id = asking;
    IF one.person <> coalesce((me()).person, session_user) AND NOT is_feed() THEN
        RAISE EXCEPTION 'This seat''s store belongs to another person: sign in as that person, or start with another --data-dir.'
            USING ERRCODE = 'AC001';
    END IF;
    RETURN one;
END $$;

CREATE OR REPLACE FUNCTION admitted(asking text) RETURNS replica LANGUAGE plpgsql AS $$
DECLARE
    one replica := seat_of(asking);
BEGIN
    IF is_revoked(one) THEN
        RAISE EXCEPTION 'revoked' USING ERRCODE = 'AC004';
    END IF;
    RETURN one;
END $$;

-- Which field keeps a body from fitting, and what it should be.
CREATE OR REPLACE FUNCTION misfit(body jsonb, of_entity text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN body ? name THEN format('%s: this should be %s', name, words) ELSE format('%s: this is missing', name) END
    FROM shape_field WHERE entity = of_entity AND (body @@ fits) IS NOT TRUE ORDER BY place LIMIT 1
$$;

-- What only leaders write: `data.sync.contract.BY_LEADERS`, and of the time clock what others did, and corrections.
CREATE OR REPLACE FUNCTION is_by_leaders(of_entity text, patch jsonb, speaker text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT of_entity IN ('alert_seen', 'intervention', 'outage', 'reporter_duty', 'scorecard') OR (of_entity = 'time_entry' AND (
        patch->>'agent' IS DISTINCT FROM speaker OR patch->>'instead_of' IS NOT NULL OR patch->>'punch' = 'void'))
$$;

-- Whether the person who is signed in may write what is for leaders; a feed may.
CREATE OR REPLACE FUNCTION may_lead() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT is_feed() OR coalesce((me()).role IN ('supervisor', 'administrator'), true)
$$;

-- What only feeds write: `data.sync.contract.BY_FEEDS`, and of `GIVEN_AWAY` what is there already.
CREATE OR REPLACE FUNCTION is_by_feeds(of_entity text, is_there boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT of_entity = 'gateway' OR (of_entity = 'mail' AND is_there)
$$;

-- What nobody may say but who it is about: who did a thing is who signed in, and a person's name and role are for whoever
-- runs the hub. What the row says already may be said again. A plain expression, which the server writes into the query.
CREATE OR REPLACE FUNCTION not_own(of_entity text, patch jsonb, held jsonb, speaker text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN patch->>'actor' <> speaker AND patch->'actor' IS DISTINCT FROM held->'actor' THEN 'actor'
        WHEN patch->>'by' <> speaker AND patch->'by' IS DISTINCT FROM held->'by' THEN 'by'
        WHEN patch->>'made_by' <> speaker AND patch->'made_by' IS DISTINCT FROM held->'made_by' THEN 'made_by'
        WHEN patch->>'created_by' <> speaker AND patch->'created_by' IS DISTINCT FROM held->'created_by' THEN 'created_by'
        WHEN of_entity = 'agent' AND patch ? 'name' AND patch->'name' IS DISTINCT FROM held->'name' THEN 'name'
        WHEN of_entity = 'agent' AND patch ? 'role' AND patch->'role' IS DISTINCT FROM held->'role' THEN 'role'
    END || ': this is not for the person who signed in to say'
$$;

-- What is wrong with a record though it fits its shape (`data.sync.embedded.EmbeddedHub._doubted`).
CREATE OR REPLACE FUNCTION doubted(of_entity text, of_id text, patch jsonb, held jsonb) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN of_entity = 'queue_report' AND of_id <> substr(encode(sha256(convert_to(
                format('report/%s/%s', patch->>'slot', patch->>'reporter'), 'UTF8')), 'hex'), 1, 32)::uuid::text
            THEN 'id: a queue report''s is made of its slot and its reporter'
        WHEN of_entity = 'queue_report'
             AND (patch->>'slot') COLLATE "C" > instant_text(hub_now() + interval '5 minutes')
            THEN 'slot: it is still to come by the hub''s clock'
        WHEN of_entity = 'callback' AND patch->>'override_by' IS NOT NULL
             AND patch->'override_by' IS DISTINCT FROM held->'override_by'
             AND NOT EXISTS (SELECT FROM member
                             WHERE person = patch->>'override_by' AND role IN ('supervisor', 'administrator'))
            THEN 'override_by: only a supervisor or an administrator can allow it'
    END
$$;

-- `data.sync.contract.is_not_theirs`; the step may be a part of the same push.
CREATE OR REPLACE FUNCTION is_not_theirs(op pushed, pushed_with pushed[], speaker text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT (op.entity = 'intervention_outcome'
            OR (op.entity = 'agent_move' AND op.patch->>'agent' IS DISTINCT FROM speaker))
    AND NOT EXISTS (
        SELECT FROM (
            SELECT body FROM entity_row WHERE entity = 'intervention' AND entity_id = op.entity_id
            UNION ALL
            SELECT before.patch FROM unnest(pushed_with) AS before JOIN shape ON shape.entity = before.entity
            WHERE before.entity = 'intervention' AND before.entity_id = op.entity_id AND before.place < op.place
                AND before.patch->>'by' = speaker AND may_lead() AND before.patch @@ fits
        ) AS step
        WHERE CASE op.entity WHEN 'agent_move'
            THEN body->>'by' = speaker AND body->>'agent' = op.patch->>'agent'
                AND body->>'state' = 'signed out' AND op.patch->>'state' = 'signed out'
            ELSE speaker IN (body->>'agent', body->>'by') END)
$$;

-- One op played over a row: over `was` if it is the first, else over what the one before left (rule 7). A row's
-- `field_ver` has [version, number of the replica] of each field's last change; '*' stands for those not named.
CREATE OR REPLACE FUNCTION play(
    so_far played, op pushed, was entity_row, like_this shape, writer integer, tried_before boolean
) RETURNS played LANGUAGE plpgsql STABLE AS $$
DECLARE
    now_is played := so_far;
    is_there boolean;
    fresh jsonb := op.patch - 'id';
    unknown jsonb := op.patch - like_this.columns;
    whole boolean := op.patch ?& like_this.columns OR (op.patch || '{"id": 0}') ?& like_this.columns;
    lost jsonb;
    body jsonb;
    why text;
BEGIN
    IF so_far IS NULL THEN
        now_is := (coalesce(was.ver, 0), coalesce(was.body, '{}'), coalesce(was.field_ver, '{}'),
                   coalesce(was.deleted, false), false, 0, '{}', '{}', '{}', '{}');
    END IF;
    is_there := now_is.ver > 0 AND NOT now_is.deleted;
    why := CASE
        WHEN now_is.refused THEN 'depends_on an earlier change of this record that was refused'
        WHEN like_this.entity IS NULL THEN format('the hub does not know ''%s'': update the hub', op.entity)
        WHEN octet_length(op.entity_id) > 900 THEN 'id: this should be at most 900 bytes'
        WHEN op.kind = 'delete' AND like_this.deletable THEN
            CASE WHEN NOT is_there THEN 'there is no such record at the hub that could be deleted' END
        WHEN op.kind <> CASE WHEN like_this.append_only THEN 'append' ELSE 'put' END
            THEN format('''%s'' is not possible on ''%s''', op.kind, op.entity)
        WHEN is_there AND like_this.append_only THEN 'a record with this id exists and is never changed'
        WHEN now_is.deleted AND NOT whole THEN 'it was deleted at the hub meanwhile'
        WHEN now_is.ver = 0 AND NOT whole AND tried_before
            THEN 'depends_on an earlier change of this record that was refused'
        WHEN is_by_leaders(op.entity, op.patch, op.actor) AND NOT may_lead() THEN 'only supervisors and administrators write this'
        WHEN is_by_feeds(op.entity, is_there) AND NOT is_feed() THEN 'only the gateway writes this'
        WHEN NOT is_feed() THEN coalesce(not_own(op.entity, op.patch, now_is.body, op.actor),
                                         doubted(op.entity, op.entity_id, op.patch, now_is.body))
    END;
    IF why IS NULL AND op.kind = 'delete' THEN
        IF EXISTS (
            SELECT FROM unnest(like_this.columns) AS name,
                        LATERAL (SELECT coalesce(now_is.field_ver->name, now_is.field_ver->'*', '[0, 0]') AS mark) AS held
            WHERE name <> 'id' AND (mark->>0)::bigint > op.base_ver AND (mark->>1)::integer <> writer
        ) THEN
            lost := '[{"field": "deleted", "mine": true, "theirs": false}]';
        ELSE
            now_is.body := '{}';
            now_is.field_ver := '{}';
            now_is.deleted := true;
        END IF;
    ELSIF why IS NULL THEN
        IF is_there THEN
            SELECT coalesce(jsonb_object_agg(name, mine) FILTER (WHERE NOT stale OR newer), '{}'),
                   jsonb_agg(jsonb_build_object('field', name, 'mine', mine, 'theirs', theirs))
                       FILTER (WHERE stale AND newer IS NULL AND mine <> theirs)
            INTO fresh, lost
            FROM (
                SELECT name, mine, theirs, (mark->>0)::bigint > op.base_ver AND (mark->>1)::integer <> writer AS stale,
                       CASE WHEN name = ANY (like_this.newest_holds)
                            THEN coalesce(mine #>> '{}', 'None') COLLATE "C" > coalesce(theirs #>> '{}', 'None') END AS newer
                FROM jsonb_each(fresh - ARRAY(SELECT jsonb_object_keys(unknown))) AS field (name, mine),
                     LATERAL (SELECT coalesce(now_is.body->name, 'null') AS theirs,
                                     coalesce(now_is.field_ver->name, now_is.field_ver->'*', '[0, 0]') AS mark) AS held
            ) AS compared;
        END IF;
        IF unknown <> '{}' THEN
            fresh := fresh - ARRAY(SELECT jsonb_object_keys(unknown));
        END IF;
        body := like_this.defaults || now_is.body || fresh || jsonb_build_object('id', op.entity_id);
        IF (body @@ like_this.fits) IS TRUE THEN
            IF like_this.append_only THEN
                NULL; -- nobody changes it any more
            ELSIF whole AND NOT is_there THEN
                now_is.field_ver := jsonb_build_object('*', jsonb_build_array(now_is.ver + 1, writer));
            ELSIF fresh <> '{}' THEN
                SELECT now_is.field_ver || jsonb_object_agg(name, jsonb_build_array(now_is.ver + 1, writer))
                INTO now_is.field_ver FROM jsonb_object_keys(fresh) AS name;
            END IF;
            now_is.body := body;
            now_is.deleted := false;
        ELSE
            why := misfit(body, op.entity);
        END IF;
    END IF;
    IF why IS NULL THEN
        now_is.ver := now_is.ver + 1;
        now_is.last_place := op.place;
    ELSE
        now_is.refused := true;
    END IF;
    now_is.places := now_is.places || op.place;
    now_is.outcomes := now_is.outcomes
        || CASE WHEN why IS NOT NULL THEN 'refused' WHEN lost IS NOT NULL THEN 'conflict' ELSE 'applied' END;
    now_is.conflicts := now_is.conflicts || CASE WHEN why IS NULL THEN coalesce(lost, '[]') ELSE '[]' END;
    now_is.whys := now_is.whys || coalesce(why, '');
    RETURN now_is;
END $$;

DO $$ BEGIN
    IF to_regprocedure('agent_console.play_all(pushed, entity_row, shape, integer, boolean)') IS NULL THEN
        CREATE AGGREGATE play_all(op pushed, was entity_row, like_this shape, writer integer, tried_before boolean) (
            SFUNC = play, STYPE = played
        );
    END IF;
END $$;

-- The id that a field names; what cannot be one is none: an index holds no longer ones.
CREATE OR REPLACE FUNCTION named(id text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN octet_length(id) BETWEEN 1 AND 900 THEN id END
$$;

-- Whether a row is over, and what it goes with (data.sync.scoping).
CREATE OR REPLACE FUNCTION is_over(body jsonb, over_states text[], parents text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN over_states IS NULL THEN parents <> '{}' ELSE coalesce(body->>'state' = ANY (over_states), false) END
$$;

-- Which of its parents a row has: the place of the first column that names one; 0: none.
CREATE OR REPLACE FUNCTION parent_place(body jsonb, parent_columns text[]) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN named(body->>parent_columns[1]) IS NOT NULL THEN 1
                WHEN named(body->>parent_columns[2]) IS NOT NULL THEN 2 ELSE 0 END
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
