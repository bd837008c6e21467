import joi from "joi";
import { ok, route } from "../http/route.ts";
import type { ServiceDefinition } from "../service.ts";

const common = { path: "/notes", summary: "", scope: "notes" } as const;

/**
 * A service that keeps notes of `size` times `x`, to see what becomes of itself and of its file. `arrived` is told of
 * each note before it is written, and may hold it.
 */
export const notesService = (arrived: () => Promise<void> | void = () => {}): ServiceDefinition<object> => ({
  name: "notes",
  port: 8099,
  databaseName: "notes",
  config: joi.object<object>(),
  callers: {},
  migrations: [{ name: "0001-notes", sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT" }],
  wire: ({ database }) => ({
    routes: [
      route({
        ...common,
        method: "POST",
        operation: "add-note",
        query: joi.object<{ size: number }>({ size: joi.number().default(2000) }),
        answers: { 200: joi.object() },
        async handle({ query: { size } }) {
          await arrived();
          const [id] = await database.write((trx) => trx("notes").insert({ text: "x".repeat(size) }));
          return ok({ id });
        },
      }),
      route({
        ...common,
        method: "GET",
        operation: "list-notes",
        answers: { 200: joi.array() },
        handle: async () => ok(await database.read("notes").select("id", "text").orderBy("id")),
      }),
    ],
  }),
});
