import {
  type Currency,
  instant,
  moneyAnswer,
  moneySchema,
  type PageQuery,
  Problem,
  pageQuery,
  uuid,
} from "@shop/platform";
import joi from "joi";
import type { Outcome } from "./ledger.ts";
import type { Command, Item, Reservation, ReservationState } from "./reservation.ts";

export const reservationStates = ["HELD", "CONFIRMED", "RETURNED", "RELEASED", "EXPIRED"] as const;

export interface HoldBody {
  readonly items: readonly { readonly product_id: number; readonly quantity: number; readonly price: number }[];
  readonly ttl_s: number;
}

const holdFields = (unit: Currency) => ({
  items: joi
    .array()
    .items(
      joi.object({
        product_id: joi.number().integer().min(1).required(),
        quantity: joi.number().integer().min(1).max(99).default(1),
        price: moneySchema(unit).required(),
      }),
    )
    .min(1)
    .max(100)
    .required(),
  ttl_s: joi.number().integer().min(1).max(7200).required(),
});

export const holdBody = (unit: Currency) => joi.object<HoldBody>(holdFields(unit)).required();

export interface HoldBatchBody {
  readonly reservations: readonly (HoldBody & { readonly order_id: string })[];
}

const atMost = 64;

export const holdBatchBody = (unit: Currency) =>
  joi
    .object<HoldBatchBody>({
      reservations: joi
        .array()
        .items(joi.object({ order_id: uuid().required(), ...holdFields(unit) }))
        .min(1)
        .max(atMost)
        .required(),
    })
    .required();

export interface ConfirmBatchBody {
  readonly order_ids: readonly string[];
}

export const confirmBatchBody = joi
  .object<ConfirmBatchBody>({ order_ids: joi.array().items(uuid()).min(1).max(atMost).required() })
  .required();

export interface ReservationsQuery extends PageQuery {
  readonly state?: ReservationState;
  readonly older_than_s?: number;
}

export const reservationsQuery = joi.object<ReservationsQuery>({
  state: joi.string().valid(...reservationStates),
  older_than_s: joi.number().integer().min(0).max(1_000_000_000),
  ...pageQuery,
});

/** The command that a hold on the wire asks for. */
export const holdOf = (orderId: string, body: HoldBody): Command => ({
  type: "hold",
  orderId,
  items: body.items.map((item): Item => ({ productId: item.product_id, quantity: item.quantity, price: item.price })),
  ttlMs: body.ttl_s * 1000,
});

const state = joi
  .string()
  .valid(...reservationStates)
  .required();

export const reservationSchema = joi.object({
  order_id: uuid().required(),
  state,
  lines: joi
    .array()
    .items(
      joi.object({
        product_id: joi.number().integer().min(1).required(),
        sku: joi.string().required(),
        name: joi.string().required(),
        price: moneyAnswer().required(),
        currency: joi.string().length(3).required(),
        quantity: joi.number().integer().min(1).required(),
      }),
    )
    .required(),
  expires_at: instant().required(),
  created_at: instant().required(),
  updated_at: instant().required(),
});

export const presentReservation = (unit: Currency) => (reservation: Reservation) => ({
  order_id: reservation.orderId,
  state: reservation.state,
  lines: reservation.lines.map((line) => ({
    product_id: line.productId,
    sku: line.sku,
    name: line.name,
    price: unit.toWire(line.price),
    currency: unit.code,
    quantity: line.quantity,
  })),
  expires_at: new Date(reservation.expiresAt).toISOString(),
  created_at: new Date(reservation.createdAt).toISOString(),
  updated_at: new Date(reservation.updatedAt).toISOString(),
});

const entry = {
  order_id: uuid().required(),
  status: joi.number().integer().required(),
  problem: joi.object({ code: joi.string().required(), detail: joi.string().required() }).unknown(true),
};

export const holdResultsSchema = joi.object({
  results: joi
    .array()
    .items(joi.object({ ...entry, reservation: reservationSchema }).xor("reservation", "problem"))
    .required(),
});

export const confirmResultsSchema = joi.object({
  results: joi
    .array()
    .items(joi.object({ ...entry, state: state.optional() }).xor("state", "problem"))
    .required(),
});

/**
 * One result a command: the status and body that it would have had alone. Throws what is no refusal of one command:
 * a fault of ours, or 503 when the whole batch met it, so that the caller sees a catalog that is not there.
 */
export function presentResults(
  commands: readonly Command[],
  settled: readonly PromiseSettledResult<Outcome>[],
  present: (outcome: Outcome) => { readonly status: number },
) {
  const reasons = settled.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  const fault = reasons.find((reason) => !(reason instanceof Problem));
  if (fault !== undefined) throw fault;
  if (
    reasons.length === settled.length &&
    reasons.every((reason) => reason instanceof Problem && reason.status === 503)
  )
    throw reasons[0];
  return {
    results: settled.map((result, index) => ({
      order_id: commands[index]?.orderId,
      ...(result.status === "fulfilled" ? present(result.value) : presentProblem(result.reason)),
    })),
  };
}

const presentProblem = (problem: Problem) => ({
  status: problem.status,
  problem: { code: problem.code, detail: problem.message, ...problem.members },
});
