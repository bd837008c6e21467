import { type Connection, driverCode, openConnection } from "../database/sqlite.ts";

/**
 * When a database was made: the moment of the first step that was applied to it, which its copies keep. It tells a
 * database from one that was begun anew in its place. Undefined for what is no database, or none that was migrated.
 */
export async function birthOf(file: string): Promise<string | undefined> {
  let connection: Connection | undefined;
  try {
    connection = await openConnection(file, ["query_only = ON"], "refuse");
    const [row] = await connection.query<{ born: string | null }>(
      "SELECT min(applied_at) AS born FROM schema_migrations",
    );
    return row?.born ?? undefined;
  } catch (error) {
    if (driverCode(error) === undefined) throw error;
    return undefined;
  } finally {
    await connection?.close();
  }
}
