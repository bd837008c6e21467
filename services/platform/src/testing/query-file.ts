import { openConnection } from "../database/sqlite.ts";

/** The rows of one statement on a database file, without a service; the file is not changed. */
export async function queryFile<Row>(file: string, sql: string, bindings: readonly unknown[] = []): Promise<Row[]> {
  const connection = await openConnection(file, ["busy_timeout = 5000", "query_only = ON"], "refuse");
  try {
    return await connection.query<Row>(sql, bindings);
  } finally {
    await connection.close();
  }
}
