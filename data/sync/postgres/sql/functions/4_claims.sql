-- Claims: each contact to one agent, with a fence and a lease (SYNC rule 9). Like a push, a claim takes its numbers
-- last; it never waits for a row of `claimable` while it holds another.

CREATE OR REPLACE FUNCTION claim_v1(asking text, request text, for_agent text, queues text[], wanted text) RETURNS jsonb
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    seat replica := admitted(asking);
    claimer text := CASE WHEN is_feed() THEN for_agent ELSE (me()).person END;
    at timestamptz := hub_now();
    until timestamptz := date_trunc('milliseconds', at) + interval '45 seconds';
    answer jsonb;
    chosen claimable;
    lost text[];
    new_fence bigint;
BEGIN
    SELECT known.answer INTO answer FROM claim_request AS known WHERE request_id = request;
    IF FOUND THEN
        RETURN answer;
    END IF;
    IF wanted IS NOT NULL THEN
        PERFORM FROM claimable WHERE contact_id = wanted FOR UPDATE;
    END IF;
    lost := requeue_expired(at);
    IF wanted IS NOT NULL THEN
        SELECT * INTO chosen FROM claimable
        WHERE contact_id = wanted
          AND (state = 'waiting' OR (state = 'ringing' AND ringing_agent = claimer AND agent IS NULL));
    ELSE
        SELECT * INTO chosen FROM claimable WHERE state = 'waiting' AND (queues = '{}' OR queue = ANY (queues))
        ORDER BY priority DESC, queued_at, contact_id LIMIT 1 FOR UPDATE SKIP LOCKED;
    END IF;
    IF chosen.contact_id IS NULL THEN
        answer := jsonb_build_object('request_id', request, 'contact_id', NULL, 'why', why_not(claimer, wanted));
    ELSE
        SELECT coalesce(max(fence), 0) + 1 INTO new_fence FROM claim WHERE contact_id = chosen.contact_id;
        answer := jsonb_build_object('request_id', request, 'contact_id', chosen.contact_id, 'fence', new_fence,
                                     'lease_until', instant_text(until));
        INSERT INTO claim (contact_id, fence, agent, replica_id, lease_until, comes_back)
        VALUES (chosen.contact_id, new_fence, claimer, asking, until, chosen.kind <> 'call');
        UPDATE claimable SET state = 'ringing', ringing_agent = claimer, agent = claimer
        WHERE contact_id = chosen.contact_id;
    END IF;
    INSERT INTO claim_request VALUES (request, answer, at);
    PERFORM write_contacts(
        array_remove(lost, chosen.contact_id) || chosen.contact_id,
        array_fill('{"state": "waiting", "agent": null, "ringing_agent": null}'::jsonb,
                   ARRAY[cardinality(array_remove(lost, chosen.contact_id))])
        || jsonb_build_object('state', 'ringing', 'ringing_agent', claimer, 'ringing_since', instant_text(at),
                              'agent', claimer, 'fence', new_fence), at);
    RETURN answer;
END $$;

-- Give back what a vanished seat holds; returns which contacts wait again. A live call belongs to the PBX and is left
-- alone, and what is over stays over.
CREATE OR REPLACE FUNCTION requeue_expired(at timestamptz) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    lost text[];
BEGIN
    WITH expired AS (
        SELECT contact_id, fence, state FROM claim JOIN claimable USING (contact_id)
        WHERE comes_back AND NOT finished AND lease_until < at
          AND fence = (SELECT max(newest.fence) FROM claim AS newest WHERE newest.contact_id = claim.contact_id)
        ORDER BY contact_id LIMIT 50 FOR UPDATE OF claimable SKIP LOCKED
    ), ended AS (
        UPDATE claim SET finished = true FROM expired
        WHERE claim.contact_id = expired.contact_id AND claim.fence = expired.fence AND NOT claim.finished
          AND claim.lease_until < at
        RETURNING claim.contact_id, expired.state
    ), waiting AS (
        UPDATE claimable SET state = 'waiting', agent = NULL, ringing_agent = NULL
        WHERE contact_id IN (SELECT contact_id FROM ended WHERE state IN ('ringing', 'talking', 'held'))
        RETURNING contact_id
    )
    SELECT coalesce(array_agg(contact_id ORDER BY contact_id), '{}') INTO lost FROM waiting;
    RETURN lost;
END $$;

CREATE OR REPLACE FUNCTION why_not(claimer text, wanted text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    state text;
    holder text;
BEGIN
    IF wanted IS NULL THEN
        RETURN 'nobody is waiting';
    END IF;
    SELECT body->>'state', body->>'agent' INTO state, holder FROM entity_row
    WHERE entity = 'contact' AND entity_id = wanted;
    RETURN CASE
        WHEN NOT FOUND THEN 'the hub does not know this contact'
        WHEN state = 'abandoned' THEN 'the caller hung up first'
        WHEN holder IS NULL AND state IN ('waiting', 'ringing') THEN 'it is ringing at another agent'
        WHEN holder IS NULL THEN 'it is no longer waiting'
        WHEN holder = claimer AND state IN ('ringing', 'talking', 'held') THEN 'it is yours already'
        ELSE 'another agent took it first'
    END;
END $$;

-- Fields that the hub itself writes (as writer 0) into contacts whose rows of `claimable` the caller holds.
CREATE OR REPLACE FUNCTION write_contacts(contacts text[], patches jsonb[], at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    numbers integer := cardinality(array_remove(contacts, NULL));
BEGIN
    IF numbers = 0 THEN
        RETURN;
    END IF;
    WITH clock AS (UPDATE hub_clock SET v = v + numbers WHERE one RETURNING v - numbers AS base)
    UPDATE entity_row AS stored
    SET ver = ver + 1, hub_seq = base + place, body = body || patch, changed_at = at, over = false,
        field_ver = field_ver || (SELECT jsonb_object_agg(name, jsonb_build_array(ver + 1, 0))
                                  FROM jsonb_object_keys(patch) AS name)
    FROM clock, unnest(contacts, patches) WITH ORDINALITY AS one (contact_id, patch, place)
    WHERE entity = 'contact' AND entity_id = contact_id;
END $$;

-- A person as a row that every seat pulls; the hub itself writes what its administrator said.
CREATE OR REPLACE FUNCTION tell_of_person(wanted text, whole jsonb, said jsonb) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM entity_row WHERE entity = 'agent' AND entity_id = wanted FOR UPDATE;
    WITH clock AS (UPDATE hub_clock SET v = v + 1 WHERE one RETURNING v)
    INSERT INTO entity_row
    SELECT 'agent', wanted, 1, v, whole, '{"*": [1, 0]}', false, hub_now(), false, NULL, NULL, NULL FROM clock
    ON CONFLICT (entity, entity_id) DO UPDATE SET
        ver = entity_row.ver + 1, hub_seq = excluded.hub_seq, body = entity_row.body || said, changed_at = excluded.changed_at,
        deleted = false, field_ver = entity_row.field_ver || (
            SELECT jsonb_object_agg(name, jsonb_build_array(entity_row.ver + 1, 0)) FROM jsonb_object_keys(said) AS name);
END $$;

CREATE OR REPLACE FUNCTION heartbeat_v1(asking text, wanted text, its_fence bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM admitted(asking);
    UPDATE claim SET lease_until = date_trunc('milliseconds', hub_now()) + interval '45 seconds'
    WHERE contact_id = wanted AND fence = its_fence AND replica_id = asking AND NOT finished
      AND fence = (SELECT max(fence) FROM claim WHERE contact_id = wanted);
    RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION finish_v1(asking text, wanted text, its_fence bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM admitted(asking);
    UPDATE claim SET finished = true
    WHERE contact_id = wanted AND fence = its_fence AND replica_id = asking
      AND fence = (SELECT max(fence) FROM claim WHERE contact_id = wanted);
    RETURN FOUND;
END $$;
