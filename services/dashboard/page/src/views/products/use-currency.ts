import { listProducts } from "../../api/catalog.ts";
import { useLoad } from "../../hooks/use-load.ts";

/** The shop's one currency, as its first product has it; USD, which it is unless configured, while there is none. */
export const useCurrency = (): string =>
  useLoad((signal) => listProducts({ limit: 1 }, signal), []).data?.items[0]?.currency ?? "USD";
