import joi from "joi";
import type { Sweeps } from "../sweeps.ts";
import { ok, type Route, route } from "./route.ts";

const passSchema = joi.object({
  name: joi.string().required(),
  found: joi.number().integer().min(0).required(),
  mended: joi.number().integer().min(0).required(),
  notes: joi.array().items(joi.string()),
  error: joi.string(),
});

/** `POST /admin/reconcile`: runs every sweep now, and says what each found and mended. A pass that failed has an `error`. */
export const reconcileRoute = (sweeps: Sweeps): Route =>
  route({
    method: "POST",
    path: "/admin/reconcile",
    operation: "reconcile",
    summary: "Look now for what was left undone, mend it, and report",
    scope: "admin",
    answers: { 200: joi.object({ passes: joi.array().items(passSchema).required() }) },
    handle: async ({ context }) => ok({ passes: await sweeps.runNow(context) }),
  });
