import joi from "joi";
import { anyKey, ok, type Route, route } from "./route.ts";

/** `GET /whoami`: whose key this is and what it may do, so that a page need not offer what would be refused. */
export const whoamiRoute: Route = route({
  method: "GET",
  path: "/whoami",
  operation: "get-caller",
  summary: "Whose key this is, and its scopes; `*` is every scope",
  scope: anyKey,
  answers: {
    200: joi.object({
      caller: joi.string().required(),
      scopes: joi.array().items(joi.string()).required(),
    }),
  },
  handle: ({ identity: { caller, scopes } }) => ok({ caller, scopes }),
});
