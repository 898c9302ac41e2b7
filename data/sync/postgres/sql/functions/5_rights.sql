-- Who may what. Seats may call the functions that end in _v1, and nothing else; the tables let nobody in but members.

DO $$
DECLARE
    named record;
BEGIN
    FOR named IN SELECT format('%I.%I', schemaname, tablename) AS whole FROM pg_tables WHERE schemaname = 'agent_console' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', named.whole);
        EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', named.whole);
        EXECUTE format('DROP POLICY IF EXISTS members ON %s', named.whole);
        EXECUTE format('CREATE POLICY members ON %1$s USING ((SELECT %2$s)) WITH CHECK ((SELECT %2$s))', named.whole,
                       'pg_has_role(session_user, ''agent_console_member'', ''MEMBER'')');
    END LOOP;
    FOR named IN SELECT oid::regprocedure AS whole, proname LIKE '%\_v1' AS is_call FROM pg_proc
                 WHERE pronamespace = 'agent_console'::regnamespace AND prokind = 'f' LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', named.whole);
        IF named.is_call THEN
            -- A call runs as the owner of the tables and sees its own schema only.
            EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = agent_console, pg_temp', named.whole);
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO agent_console_member', named.whole);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA agent_console TO agent_console_member;
