import joi from "joi";
import { decodeCursor, page } from "../http/page.ts";
import { ok, type Route, route } from "../http/route.ts";
import { instant, type PageQuery, pageQuery, uuid, uuidPathId } from "../http/schemas.ts";
import { notFound } from "../problem.ts";
import type { Outbox, OutboxRow, OutboxState } from "./outbox.ts";

interface ListQuery extends PageQuery {
  readonly state?: OutboxState;
  readonly destination?: string;
}

const state = () => joi.string().valid("WAITING", "DELIVERED", "DEAD");
const name = () => joi.string().pattern(/^[a-z][a-z-]{0,31}$/, "a name in lower case");
const query = joi.object<ListQuery>({ ...pageQuery, state: state(), destination: name() });
const params = joi.object<{ message_id: string }>({ message_id: uuidPathId("message") });

const messageSchema = joi.object({
  id: uuid().required(),
  destination: joi.string().required(),
  aggregate: joi.string().required(),
  type: joi.string().required(),
  payload: joi.any().required(),
  state: state().required(),
  attempts: joi.number().integer().min(0).required(),
  due_at: instant().allow(null).required(),
  last_error: joi.string().allow(null).required(),
  created_at: instant().required(),
  settled_at: instant().allow(null).required(),
});

const time = (at: number): string => new Date(at).toISOString();

/** A message as an operator sees it. Times are RFC 3339; `due_at` is null once nothing is due. */
const present = (row: OutboxRow) => ({
  id: row.id,
  destination: row.destination,
  aggregate: row.aggregate,
  type: row.type,
  payload: row.payload,
  state: row.state,
  attempts: row.attempts,
  due_at: row.state === "WAITING" ? time(row.due_at) : null,
  last_error: row.last_error,
  created_at: time(row.created_at),
  settled_at: row.settled_at === null ? null : time(row.settled_at),
});

/** For the person who looks after a shop: what others have not been told, why, and the means to try it again. */
export const outboxRoutes = (outbox: Pick<Outbox, "list" | "find" | "redeliver">): Route[] => [
  route({
    method: "GET",
    path: "/outbox",
    operation: "list-outbox",
    summary: "Messages for other services, newest first",
    scope: "ops:read",
    query,
    answers: { 200: joi.array().items(messageSchema) },
    handle: async ({ query }) => {
      const before = query.cursor === undefined ? undefined : Number(decodeCursor(query.cursor, ["number"])[0]);
      const { state, destination, limit } = query;
      const rows = await outbox.list({ state, destination, before, limit: limit + 1 });
      return page("/outbox", { ...query }, rows, { position: ({ seq }) => [seq], present });
    },
  }),
  route({
    method: "POST",
    path: "/outbox/:message_id/redeliver",
    operation: "redeliver-message",
    summary: "Try a message again that was given up or delivered, under the same id; one that waits goes on waiting",
    scope: "admin",
    params,
    answers: { 200: messageSchema },
    handle: async ({ params: { message_id } }) => {
      const known = await outbox.find(message_id);
      if (!known) throw notFound("message");
      // One that waits already is as it was asked to be: a repetition must not be told otherwise.
      return ok(present((await outbox.redeliver(message_id)) ?? known));
    },
  }),
];
