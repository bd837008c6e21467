import { useLayoutEffect, useRef } from "preact/hooks";
import { announce } from "../../components/announcer.tsx";
import type { Faults } from "./faults.ts";

/** For a form: when faults come up, the focus goes to the first field that has one, and their number is said. */
export function useFaults(faults: Faults) {
  const form = useRef<HTMLFormElement>(null);
  const told = JSON.stringify(faults);
  useLayoutEffect(() => {
    const count = Object.keys(JSON.parse(told)).length;
    if (count === 0) return;
    announce(count === 1 ? "One field has to be mended." : `${count} fields have to be mended.`);
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [told]);
  return form;
}
