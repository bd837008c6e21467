import { useEffect, useRef, useState } from "preact/hooks";
import { ProblemAlert } from "../components/alert.tsx";
import { Button } from "../components/button.tsx";
import { TextField } from "../components/field.tsx";
import { arrive } from "../components/view.tsx";
import { useAction } from "../hooks/use-action.ts";
import { signedOut } from "../session/session.ts";
import { isKey, signIn } from "../session/sign-in.ts";

const reasons = {
  new: undefined,
  forgotten: "The key is forgotten.",
  refused: "Your key is no longer accepted. Sign in with another one; you will be where you were.",
};

/** Asks for an API key, and checks it at once. */
export function SignInView() {
  const [key, setKey] = useState("");
  const [faulty, setFaulty] = useState(false);
  const action = useAction();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    document.title = "Sign in · Shop";
    form.current?.querySelector("input")?.focus();
  }, []);
  const reason = reasons[signedOut.value];
  const submit = (event: Event) => {
    event.preventDefault();
    const given = key.trim();
    setFaulty(!isKey(given));
    if (!isKey(given)) return action.dismiss();
    arrive();
    void action.run(() => signIn(given));
  };
  return (
    <main class="sign-in">
      <form ref={form} class="card sign-in-card" onSubmit={submit} noValidate>
        <img src="/favicon.svg" alt="" width="48" height="48" />
        <h1>Sign in to Shop</h1>
        {reason && (
          <p class="muted" role="status">
            {reason}
          </p>
        )}
        <TextField
          label="API key"
          type="password"
          autoComplete="off"
          value={key}
          onInput={setKey}
          hint="Kept for this tab alone, until it is closed."
          error={faulty ? (key.trim() ? "A key has visible characters without spaces." : "Enter the key.") : undefined}
        />
        {action.problem && <ProblemAlert problem={action.problem} />}
        <Button type="submit" kind="primary" busy={action.busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
