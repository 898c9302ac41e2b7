-- The hub's tables. Seats see none of them: functions are the only door (SYNC rule 20).

CREATE TABLE hub_info (key text PRIMARY KEY, value text NOT NULL);

-- One row each, so that whoever takes numbers waits for whoever took them before and has not committed: whoever
-- reads up to a number has everything up to it (SYNC rule 3).
CREATE TABLE hub_clock (one boolean PRIMARY KEY DEFAULT true CHECK (one), v bigint NOT NULL) WITH (fillfactor = 10);
CREATE TABLE next_number (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), ticket bigint NOT NULL, replica integer NOT NULL DEFAULT 1
) WITH (fillfactor = 10);

-- Who may speak to the hub. A person signs in by name, and later by id: two login roles, one password.
CREATE TABLE member (
    person text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('agent', 'supervisor', 'administrator', 'feed')),
    added_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE TABLE login (login text COLLATE "C" PRIMARY KEY, person text COLLATE "C" NOT NULL REFERENCES member);

CREATE TABLE replica (
    replica_id text COLLATE "C" PRIMARY KEY,
    number integer NOT NULL UNIQUE,
    name text NOT NULL,
    person text COLLATE "C" NOT NULL,
    enrolled_at timestamptz NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0,
    directory boolean NOT NULL,
    days integer NOT NULL,
    refetch boolean NOT NULL DEFAULT false,
    taking text,
    revoked_at timestamptz
) WITH (fillfactor = 50);
CREATE INDEX replica_days ON replica (days);

-- What the hub takes: one row an entity, written from the models at every upgrade (data.sync.postgres.shapes).
CREATE TABLE shape (
    entity text COLLATE "C" PRIMARY KEY,
    append_only boolean NOT NULL,
    deletable boolean NOT NULL,
    columns text[] NOT NULL,
    defaults jsonb NOT NULL,
    fits jsonpath NOT NULL,
    newest_holds text[] NOT NULL,
    over_states text[],
    parents text[] NOT NULL,
    parent_columns text[] NOT NULL
);
ALTER TABLE shape ALTER fits SET STORAGE PLAIN, ALTER defaults SET STORAGE PLAIN;
CREATE TABLE shape_field (
    entity text COLLATE "C", place integer, name text NOT NULL, fits jsonpath NOT NULL, words text NOT NULL,
    PRIMARY KEY (entity, place)
);

CREATE TABLE ops (
    op_id text COLLATE "C" PRIMARY KEY,
    replica_id text COLLATE "C" NOT NULL,
    replica_seq bigint NOT NULL,
    txn_id text NOT NULL,
    actor text NOT NULL,
    entity text NOT NULL,
    entity_id text NOT NULL,
    kind text NOT NULL,
    patch jsonb NOT NULL,
    base_ver bigint NOT NULL,
    schema_v integer NOT NULL,
    hub_seq bigint NOT NULL,
    result jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    UNIQUE (replica_id, replica_seq)
);
CREATE INDEX ops_refused ON ops (entity, entity_id) WHERE hub_seq = 0;
CREATE INDEX ops_beats ON ops (received_at) WHERE entity IN ('presence', 'gateway');

CREATE TABLE entity_row (
    entity text COLLATE "C" NOT NULL,
    entity_id text COLLATE "C" NOT NULL,
    ver bigint NOT NULL,
    hub_seq bigint NOT NULL,
    body jsonb NOT NULL,
    field_ver jsonb NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL,
    over boolean NOT NULL,
    parent text COLLATE "C",
    parent_id text COLLATE "C",
    customer text COLLATE "C",
    PRIMARY KEY (entity, entity_id)
) WITH (fillfactor = 85);
CREATE INDEX entity_row_by_seq ON entity_row (hub_seq);
CREATE INDEX entity_row_by_parent ON entity_row (parent, parent_id) WHERE parent IS NOT NULL;
CREATE INDEX entity_row_by_customer ON entity_row (customer) WHERE customer IS NOT NULL;
CREATE INDEX entity_row_gone ON entity_row (changed_at) WHERE deleted;

-- Customers that a replica without the whole directory hears of.
CREATE TABLE interest (
    replica_id text COLLATE "C",
    entity_id text COLLATE "C",
    at timestamptz NOT NULL,
    PRIMARY KEY (replica_id, entity_id)
);

CREATE TABLE claimable (
    contact_id text COLLATE "C" PRIMARY KEY,
    queue text NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    priority numeric NOT NULL,
    queued_at text COLLATE "C" NOT NULL,
    ringing_agent text,
    agent text
) WITH (fillfactor = 50);
CREATE INDEX claimable_order ON claimable (priority DESC, queued_at, contact_id) WHERE state = 'waiting';

CREATE TABLE claim (
    contact_id text COLLATE "C",
    fence bigint,
    agent text NOT NULL,
    replica_id text COLLATE "C" NOT NULL,
    lease_until timestamptz NOT NULL,
    comes_back boolean NOT NULL,
    finished boolean NOT NULL DEFAULT false,
    PRIMARY KEY (contact_id, fence)
) WITH (fillfactor = 70);
CREATE INDEX claim_open ON claim (lease_until) WHERE comes_back AND NOT finished;
CREATE INDEX claim_over ON claim (lease_until) WHERE finished;

CREATE TABLE claim_request (request_id text COLLATE "C" PRIMARY KEY, answer jsonb NOT NULL, at timestamptz NOT NULL);
CREATE INDEX claim_request_at ON claim_request (at);

-- What a push takes apart and puts together.
CREATE TYPE pushed AS (
    place integer, op_id text, replica_seq bigint, txn_id text, entity text, entity_id text, kind text,
    base_ver bigint, patch jsonb, actor text, schema_v integer
);
CREATE TYPE played AS (
    ver bigint, body jsonb, field_ver jsonb, deleted boolean, refused boolean, last_place integer,
    places integer[], outcomes text[], conflicts jsonb[], whys text[]
);
CREATE TYPE row_key AS (entity text, entity_id text);
CREATE TYPE changed AS (
    entity text, entity_id text, was_ver bigint, was_over boolean, was_changed_at timestamptz,
    ver bigint, body jsonb, field_ver jsonb, deleted boolean,
    over boolean, parent text, parent_id text, customer text,
    last_place integer, places integer[], outcomes text[], conflicts jsonb[], whys text[]
);
