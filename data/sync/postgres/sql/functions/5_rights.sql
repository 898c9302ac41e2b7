-- Who may what. Seats may call the functions that end in _v1, and nothing else; the tables let nobody in but members.

DO $$
DECLARE
    named record;
BEGIN
    FOR named IN SELECT format('%I.%I', schemaname, tablename) AS whole FROM pg_tables WHERE schemaname = 'agent_console' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', named.whole);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', named.whole);
        EXECUTE format('DROP POLICY IF EXISTS members ON %s', named.whole);
        EXECUTE format('CREATE POLICY members ON %1$s USING ((SELECT %2$s)) WITH CHECK ((SELECT %2$s))', named.whole, CASE
            WHEN named.whole = 'agent_console.login' THEN 'true'
            ELSE 'EXISTS (SELECT FROM agent_console.login WHERE login = session_user)'
                 ' OR pg_has_role(session_user, ''agent_console_feed'', ''MEMBER'')'
                 ' OR pg_has_role(session_user, ''agent_console_admin'', ''MEMBER'')'
        END);
    END LOOP;
    FOR named IN SELECT oid::regprocedure AS whole, proname LIKE '%\_v1' AS is_call FROM pg_proc
                 WHERE pronamespace = 'agent_console'::regnamespace AND prokind = 'f' LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', named.whole);
        IF named.is_call THEN
            -- A call runs as the owner of the tables, sees its own schema only, and keeps one plan by index: at first
            -- the tables are empty, and planning such statements anew takes longer than running them.
            EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = agent_console, pg_temp', named.whole);
            EXECUTE format('ALTER FUNCTION %s SET plan_cache_mode = force_generic_plan', named.whole);
            EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', named.whole);
            EXECUTE format('ALTER FUNCTION %s SET enable_bitmapscan = off', named.whole);
            EXECUTE format('ALTER FUNCTION %s SET jit = off', named.whole);
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO agent_console_agent, agent_console_supervisor,'
                           ' agent_console_feed, agent_console_admin', named.whole);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA agent_console TO agent_console_agent, agent_console_supervisor, agent_console_feed, agent_console_admin;
