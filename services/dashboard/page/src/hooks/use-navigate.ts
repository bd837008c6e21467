import { useLocation } from "preact-iso";
import { queryString } from "../api/client.ts";

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Goes to a path of this page; `replace` leaves no step behind for the back button. */
export function useNavigate(): (path: string, options?: { query?: Query; replace?: boolean }) => void {
  const { route } = useLocation() as unknown as { route(url: string, replace?: boolean): void };
  return (path, { query, replace = false } = {}) => route(path + queryString(query), replace);
}
