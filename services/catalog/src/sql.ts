import type { Database } from "@shop/platform";

export type Binding = string | number | null;

/** A function that runs one statement on the connection and gives its rows, those of RETURNING included. */
export const queryOn =
  (connection: Database["read"]) =>
  async <Row>(sql: string, bindings: readonly Binding[] = []): Promise<Row[]> => {
    const rows: unknown = await connection.raw(sql, [...bindings]);
    return rows as Row[];
  };
