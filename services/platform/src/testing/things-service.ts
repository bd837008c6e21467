import joi from "joi";
import { v7 as uuid } from "uuid";
import type { Database } from "../database/database.ts";
import { type Answer, route } from "../http/route.ts";
import { keepAnswers } from "../idempotency/keep-answers.ts";
import { Problem } from "../problem.ts";
import type { ServiceDefinition } from "../service.ts";

const body = joi.object<{ text: string }>({ text: joi.string().required() }).required();
const thing = joi.object({ id: joi.string(), text: joi.string() });
const common = { method: "POST", summary: "", scope: "things" } as const;

/**
 * A service with one table, to see what becomes of requests under an Idempotency-Key. `reached` is told where a request
 * is (`begun`, `written`) and may hold it, or end the process, there.
 */
export const thingsService = (
  reached: (point: "begun" | "written") => Promise<void> | void = () => {},
): ServiceDefinition<object> => ({
  name: "things",
  port: 8999,
  databaseName: "things",
  config: joi.object<object>(),
  callers: { ann: ["things"], bob: ["things"] },
  migrations: [{ name: "0001-things", sql: "CREATE TABLE things (id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT" }],
  wire: ({ database }) => ({
    stats: async () => ({ things: await database.read("things").select("*") }),
    routes: [
      route({
        ...common,
        path: "/things",
        operation: "add-thing",
        query: joi.object<{ place?: string; shelf?: string }>({ place: joi.string(), shelf: joi.string() }),
        body,
        answers: { 201: thing },
        handle: async ({ body: { text }, context: { claim } }) => {
          await reached("begun");
          const answer = added({ id: claim?.resourceId ?? uuid(), text });
          await database.write(async (trx) => {
            await trx("things").insert(answer.body);
            if (claim) await keepAnswers(trx, [{ claim, answer }]);
          });
          await reached("written");
          return answer;
        },
      }),
      route({
        ...common,
        path: "/things/:id/put",
        operation: "put-thing",
        params: joi.object<{ id: string }>({ id: joi.string() }),
        answers: { 201: thing },
        handle: async ({ params: { id } }) => {
          await reached("begun");
          await put(database, { id, text: "" });
          await reached("written");
          return added({ id, text: "" });
        },
      }),
      route({
        ...common,
        path: "/ends/:status",
        operation: "end",
        params: joi.object<{ status: number }>({ status: joi.number() }),
        answers: { 200: undefined, 202: undefined },
        handle: async ({ params: { status }, context: { claim } }) => {
          const text = `${status} ${claim?.resourceId}`;
          await put(database, { id: uuid(), text });
          if (status < 300) return { status };
          throw status === 500
            ? new Error("a fault")
            : new Problem(status, "ended", "Ended.", { text }, { "X-End": text });
        },
      }),
      route({
        ...common,
        path: "/unheeded",
        operation: "no-key",
        idempotency: "none",
        answers: { 200: undefined },
        handle: async ({ context: { claim } }) => ({ status: 200, body: { claimed: claim !== undefined } }),
      }),
    ],
  }),
});

const put = (database: Database, row: { id: string; text: string }) =>
  database.write((trx) => trx("things").insert(row).onConflict("id").ignore());

const added = <Body extends { id: string }>(made: Body): Answer & { body: Body } => ({
  status: 201,
  headers: { Location: `/things/${made.id}`, ETag: `"${made.id}"` },
  body: made,
});
