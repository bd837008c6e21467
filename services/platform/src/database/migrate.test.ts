import { join } from "node:path";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import type { Migration } from "./database.ts";
import { migrate } from "./migrate.ts";
import { DatabaseRefused } from "./refused.ts";
import { type Connection, openWriter } from "./sqlite.ts";

const products: Migration = {
  name: "0001-products",
  sql: `
    CREATE TABLE products (id INTEGER PRIMARY KEY, stock INTEGER NOT NULL CHECK (stock >= 0)) STRICT;
    CREATE TABLE movements (product_id INTEGER, delta INTEGER) STRICT;
    CREATE TRIGGER moved AFTER UPDATE OF stock ON products BEGIN
      INSERT INTO movements VALUES (new.id, new.stock - old.stock);
      SELECT CASE WHEN new.stock > 100 THEN RAISE(ABORT, 'too much') END;
    END;
    INSERT INTO products VALUES (1, 5);`,
};
const names: Migration = { name: "0002-names", sql: "ALTER TABLE products ADD COLUMN name TEXT" };

let writer: Connection;
let file: string;

beforeEach(async () => {
  file = join(temporaryFolder(), "products.db");
  writer = await openWriter(file);
});
afterEach(() => writer.close());

const refusal = (migrations: readonly Migration[]) => migrate(writer, migrations, file).catch((error) => error);

test("scripts of many statements, triggers and checks are applied once, in order", async () => {
  await migrate(writer, [products], file);
  await migrate(writer, [products, names], file);
  await migrate(writer, [products, names], file);
  await writer.exec("UPDATE products SET stock = 3, name = 'kettle'");
  expect(await writer.query("SELECT * FROM products, movements")).toEqual([
    { id: 1, stock: 3, name: "kettle", product_id: 1, delta: -2 },
  ]);
  await expect(writer.exec("UPDATE products SET stock = -1")).rejects.toThrow("CHECK");
  await expect(writer.exec("UPDATE products SET stock = 101")).rejects.toThrow("too much");
});

test("an edited migration is refused by name; other line ends are not an edit", async () => {
  await migrate(writer, [products], file);
  await migrate(writer, [{ ...products, sql: products.sql.replaceAll("\n", "\r\n") }], file);
  const error = await refusal([{ ...products, sql: `${products.sql} ` }]);
  expect(error).toBeInstanceOf(DatabaseRefused);
  expect(error.message).toMatch(/0001-products was edited.*products\.db/);
});

test("newer code's migration is refused by name, unless it allows code as old as this", async () => {
  await migrate(writer, [products, names], file);
  const error = await refusal([products]);
  expect(error).toBeInstanceOf(DatabaseRefused);
  expect(error.message).toMatch(/products\.db was changed by a newer version \(migration 0002-names\)/);

  await writer.exec("DROP TABLE schema_migrations; DROP TABLE products; DROP TABLE movements");
  await migrate(writer, [products, { ...names, oldestCode: 1 }], file);
  await expect(migrate(writer, [products], file)).resolves.toBeUndefined();
});

test("a migration that fails leaves nothing of itself, and what was before it stays", async () => {
  const broken: Migration = {
    name: "0002-broken",
    sql: "CREATE TABLE halves (id INTEGER); INSERT INTO nowhere VALUES (1)",
  };
  const error = await refusal([products, broken]);
  expect(error).toBeInstanceOf(DatabaseRefused);
  expect(error.message).toMatch(/0002-broken failed on .*products\.db.*nowhere/);
  expect(await writer.query("SELECT name FROM schema_migrations")).toEqual([{ name: "0001-products" }]);
  expect(await writer.query("SELECT name FROM sqlite_schema WHERE name = 'halves'")).toEqual([]);
});

test("names without a number, and numbers out of order, are a mistake of the code", async () => {
  await expect(migrate(writer, [{ name: "products", sql: "" }], file)).rejects.toThrow("0001-what");
  await expect(migrate(writer, [names, products], file)).rejects.toThrow("rising");
});
