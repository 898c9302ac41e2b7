-- Enrolment, pull, snapshot, look-up, numbers: what is given to a replica, by its scope (SYNC rules 12 and 13).

CREATE OR REPLACE FUNCTION enrol_v1(asking text, its_name text, whole_directory boolean, days_back integer)
RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    one replica;
    days_kept integer := least(greatest(days_back, 1), 3650);
BEGIN
    PERFORM begin_call();
    PERFORM forget_tombstones(hub_now() - interval '30 days');
    PERFORM forget_past(hub_now());
    one := seat_of(asking);
    IF one.replica_id IS NULL THEN
        WITH taken AS (UPDATE next_number SET replica = replica + 1 WHERE next_number.one RETURNING replica - 1 AS number)
        INSERT INTO replica (replica_id, number, name, person, enrolled_at, directory, days)
        SELECT asking, number, its_name, coalesce((me()).person, session_user), hub_now(), whole_directory, days_kept
        FROM taken RETURNING * INTO one;
    END IF;
    IF (one.directory, one.days) <> (whole_directory, days_kept) THEN
        UPDATE replica SET directory = whole_directory, days = days_kept, refetch = true WHERE replica_id = asking
        RETURNING * INTO one;
    END IF;
    RETURN jsonb_build_object(
        'replica_id', asking, 'number', one.number, 'last_replica_seq', one.last_seq, 'refetch', one.refetch,
        'revoked', is_revoked(one), 'epoch', hub_fact('epoch'), 'hub_id', hub_fact('hub_id'));
END $$;

CREATE OR REPLACE FUNCTION hub_fact(asked text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT value FROM hub_info WHERE key = asked
$$;

-- Drop tombstones from before then, some of them at each enrolment, the lowest numbers first. Who has not seen them must
-- start anew: pulls from below the mark are refused.
CREATE OR REPLACE FUNCTION forget_tombstones(before timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    newest bigint;
BEGIN
    WITH dropped AS (
        DELETE FROM entity_row WHERE (entity, entity_id) IN (
            SELECT entity, entity_id FROM entity_row WHERE deleted AND changed_at < before ORDER BY hub_seq LIMIT 5000)
        RETURNING hub_seq)
    SELECT max(hub_seq) INTO newest FROM dropped;
    IF newest IS NOT NULL THEN
        INSERT INTO hub_info VALUES ('forgotten', newest)
        ON CONFLICT (key) DO UPDATE SET value = greatest(hub_info.value::bigint, newest);
    END IF;
END $$;

-- Drop what nobody asks for any more, some of it at each enrolment, so that none takes long: answers to claims, claims that
-- are over but for the newest fence of each contact, and that somebody was there. The newest op of a replica stays: it
-- says when that was heard last.
CREATE OR REPLACE FUNCTION forget_past(at timestamptz) RETURNS void LANGUAGE sql AS $$
    DELETE FROM claim_request WHERE request_id IN (
        SELECT request_id FROM claim_request AS old WHERE old.at < forget_past.at - interval '1 day'
        ORDER BY old.at LIMIT 5000 FOR UPDATE SKIP LOCKED);
    DELETE FROM claim WHERE (contact_id, fence) IN (
        SELECT contact_id, fence FROM claim AS old
        WHERE finished AND lease_until < forget_past.at - interval '30 days'
          AND fence < (SELECT max(fence) FROM claim AS newest WHERE newest.contact_id = old.contact_id)
        ORDER BY lease_until LIMIT 5000 FOR UPDATE SKIP LOCKED);
    DELETE FROM ops WHERE op_id IN (
        SELECT op_id FROM ops AS old
        WHERE entity IN ('presence', 'gateway') AND hub_seq > 0 AND received_at < forget_past.at - interval '1 day'
          AND replica_seq < (SELECT last_seq FROM replica WHERE replica.replica_id = old.replica_id)
        ORDER BY received_at LIMIT 5000 FOR UPDATE SKIP LOCKED);
$$;

CREATE OR REPLACE FUNCTION as_sent(stored entity_row) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('hub_seq', stored.hub_seq, 'entity', stored.entity, 'entity_id', stored.entity_id,
                              'ver', stored.ver, 'body', stored.body, 'deleted', stored.deleted)
$$;

-- Whether a row is not too old for a replica: it is not over, or changed since, or goes with one that is so.
CREATE OR REPLACE FUNCTION is_kept(stored entity_row, since timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT stored.over OR stored.changed_at >= since OR (
        SELECT NOT up.over OR up.changed_at >= since FROM entity_row AS up
        WHERE up.entity = stored.parent AND up.entity_id = stored.parent_id) IS TRUE
$$;

CREATE OR REPLACE FUNCTION scope_of(seat replica) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT format('%s %s', seat.directory, seat.days)
$$;

CREATE OR REPLACE FUNCTION pull_v1(asking text, after bigint, count integer) RETURNS jsonb
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    looked_through CONSTANT integer := 5000;
    seat replica := admitted(asking);
    whole boolean := coalesce(seat.directory, true);
    since timestamptz := hub_now() - make_interval(days => coalesce(seat.days, 90));
    scope text := scope_of(seat);
    top bigint;
    until bigint;
    found jsonb[];
    more boolean;
    brought jsonb[] := '{}';
BEGIN
    -- The clock before the rows: whatever has a number up to `top` was committed when the rows are read.
    SELECT v INTO top FROM hub_clock WHERE one;
    SELECT hub_seq INTO until FROM entity_row WHERE hub_seq > after ORDER BY hub_seq OFFSET looked_through LIMIT 1;
    SELECT array_agg(as_sent(stored) ORDER BY hub_seq) INTO found FROM (
        SELECT stored, hub_seq FROM entity_row AS stored
        WHERE hub_seq > after AND (until IS NULL OR hub_seq < until) AND is_kept(stored, since)
          AND (whole OR entity <> 'customer'
               OR (SELECT true FROM interest WHERE replica_id = asking AND interest.entity_id = stored.entity_id))
        ORDER BY hub_seq LIMIT count + 1
    ) AS page;
    -- The mark after the rows: a tombstone that is not among them any more was forgotten by now.
    IF (seat.refetch AND seat.taking IS DISTINCT FROM scope) OR after > top OR after < coalesce(hub_fact('forgotten'), '0')::bigint THEN
        RAISE EXCEPTION 'what this seat has cannot be brought up to date: it takes a new snapshot' USING ERRCODE = 'AC003';
    END IF;
    more := coalesce(cardinality(found), 0) > count;
    IF more THEN
        found := found[:count];
        top := (found[count]->>'hub_seq')::bigint;
    ELSIF until IS NOT NULL THEN
        more := true;
        top := until - 1;
    ELSIF found IS NOT NULL THEN
        top := greatest(top, (found[cardinality(found)]->>'hub_seq')::bigint);
    END IF;
    IF NOT whole AND found IS NOT NULL THEN
        brought := named_by(asking, found);
    END IF;
    RETURN jsonb_build_object('start', after, 'end', top, 'epoch', hub_fact('epoch'), 'more', more,
                              'rows', to_jsonb(coalesce(found, '{}') || brought));
END $$;

-- The customers that rows of a page are about, but for those that are in it; the replica hears of them from now on.
CREATE OR REPLACE FUNCTION named_by(asking text, page jsonb[]) RETURNS jsonb[] LANGUAGE plpgsql AS $$
DECLARE
    customers text[];
    brought jsonb[];
BEGIN
    customers := ARRAY(
        SELECT DISTINCT stored->'body'->>'customer_id' FROM unnest(page) AS stored
        WHERE stored->>'entity' IN ('ticket', 'contact', 'callback') AND stored->'body'->>'customer_id' <> ''
        EXCEPT SELECT stored->>'entity_id' FROM unnest(page) AS stored WHERE stored->>'entity' = 'customer');
    SELECT coalesce(array_agg(as_sent(stored) ORDER BY stored.entity_id), '{}') INTO brought FROM entity_row AS stored
    WHERE stored.entity = 'customer' AND NOT stored.deleted AND stored.entity_id = ANY (customers);
    PERFORM take_interest(asking, ARRAY(SELECT stored->>'entity_id' FROM unnest(brought) AS stored));
    RETURN brought;
END $$;

-- What was noted is not noted again for a day: a page that names known customers writes nothing.
CREATE OR REPLACE FUNCTION take_interest(asking text, customers text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO interest SELECT asking, customer, hub_now() FROM unnest(customers) AS customer ORDER BY customer
    ON CONFLICT (replica_id, entity_id) DO UPDATE SET at = excluded.at
    WHERE interest.at < excluded.at - interval '1 day'
$$;

CREATE OR REPLACE FUNCTION snapshot_v1(asking text, after_entity text, after_id text, count integer) RETURNS jsonb
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    seat replica := admitted(asking);
    whole boolean := coalesce(seat.directory, true);
    since timestamptz := hub_now() - make_interval(days => coalesce(seat.days, 90));
    scope text := scope_of(seat);
    from_entity text := coalesce(after_entity, '');
    from_id text := coalesce(after_id, '');
    customers_from text := CASE WHEN from_entity = 'customer' THEN from_id ELSE '' END;
    top bigint;
    found jsonb[];
    more boolean;
    total bigint := 0;
BEGIN
    SELECT v INTO top FROM hub_clock WHERE one;
    IF after_entity IS NULL THEN
        PERFORM begin_snapshot(asking, whole, since, scope);
        SELECT count(*) INTO total FROM entity_row AS stored
        WHERE NOT deleted AND is_kept(stored, since)
          AND (whole OR entity <> 'customer'
               OR (SELECT true FROM interest WHERE replica_id = asking AND interest.entity_id = stored.entity_id));
    END IF;
    -- Customers by interest are found by interest: a million others are not gone through for them.
    SELECT array_agg(as_sent(stored) ORDER BY entity, entity_id) INTO found FROM (
        SELECT * FROM (
            (SELECT stored, entity, entity_id FROM entity_row AS stored
             WHERE (entity, entity_id) > (from_entity, from_id) AND (whole OR entity < 'customer')
               AND NOT deleted AND is_kept(stored, since)
             ORDER BY entity, entity_id LIMIT count + 1)
            UNION ALL
            (SELECT stored, stored.entity, stored.entity_id FROM interest
             JOIN entity_row AS stored ON stored.entity = 'customer' AND stored.entity_id = interest.entity_id
             WHERE NOT whole AND from_entity <= 'customer' AND replica_id = asking
               AND interest.entity_id > customers_from AND NOT deleted
             ORDER BY interest.entity_id LIMIT count + 1)
            UNION ALL
            (SELECT stored, entity, entity_id FROM entity_row AS stored
             WHERE NOT whole AND (entity, entity_id) > (from_entity, from_id) AND entity > 'customer'
               AND NOT deleted AND is_kept(stored, since)
             ORDER BY entity, entity_id LIMIT count + 1)
        ) AS parts ORDER BY entity, entity_id LIMIT count + 1
    ) AS page;
    more := coalesce(cardinality(found), 0) > count;
    IF NOT more THEN
        UPDATE replica SET refetch = false, taking = NULL WHERE replica_id = asking AND taking = scope;
    END IF;
    RETURN jsonb_build_object('start', top, 'end', top, 'epoch', hub_fact('epoch'), 'more', more, 'total', total,
                              'rows', to_jsonb(coalesce(found[:count], '{}')));
END $$;

-- Note for which scope a snapshot is taken, and in whose changes the replica is interested from now on.
CREATE OR REPLACE FUNCTION begin_snapshot(asking text, whole boolean, since timestamptz, scope text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE replica SET taking = scope WHERE replica_id = asking;
    DELETE FROM interest WHERE replica_id = asking AND (whole OR at < since - interval '1 day'); -- see take_interest
    IF NOT whole THEN
        INSERT INTO interest
        SELECT DISTINCT asking, stored.customer, hub_now() FROM entity_row AS stored
        WHERE stored.customer IS NOT NULL AND NOT stored.deleted AND is_kept(stored, since)
        ON CONFLICT (replica_id, entity_id) DO UPDATE SET at = excluded.at;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION lookup_v1(asking text, query text, count integer) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    seat replica := admitted(asking);
    pattern text;
    found jsonb[];
BEGIN
    IF starts_with(query, 'id:') THEN
        SELECT array_agg(as_sent(stored)) INTO found FROM entity_row AS stored
        WHERE stored.entity = 'customer' AND stored.entity_id = substr(query, 4) AND NOT stored.deleted;
    ELSE
        -- As the text stands in a JSON body, taken literally.
        pattern := to_jsonb(left(query, 200))::text;
        pattern := '%' || regexp_replace(substr(pattern, 2, length(pattern) - 2), '([\\%_])', '\\\1', 'g') || '%';
        SELECT array_agg(as_sent(stored) ORDER BY stored.hub_seq DESC) INTO found FROM (
            SELECT * FROM entity_row
            WHERE entity = 'customer' AND NOT deleted AND body::text ILIKE pattern
            ORDER BY hub_seq DESC LIMIT count
        ) AS stored;
    END IF;
    IF NOT seat.directory THEN
        PERFORM take_interest(asking, ARRAY(SELECT stored->>'entity_id' FROM unnest(found) AS stored));
    END IF;
    RETURN to_jsonb(coalesce(found, '{}'));
END $$;

CREATE OR REPLACE FUNCTION lease_numbers_v1(asking text, count integer) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    given integer := least(greatest(count, 1), 10000);
    after_it bigint;
BEGIN
    PERFORM admitted(asking);
    UPDATE next_number SET ticket = ticket + given WHERE one RETURNING ticket INTO after_it;
    RETURN jsonb_build_object('first', after_it - given, 'last', after_it - 1);
END $$;

-- The last number of the hub's order: what a seat compares to know whether there is something to pull.
CREATE OR REPLACE FUNCTION version_v1() RETURNS bigint LANGUAGE sql AS
'SELECT begin_call(); SELECT v FROM hub_clock WHERE one';
