import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { editProduct, getProduct, type Product } from "../../api/catalog.ts";
import { asProblem } from "../../api/problem.ts";
import { Notice, ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { Card } from "../../components/card.tsx";
import { useAction } from "../../hooks/use-action.ts";
import { compare } from "./conflict.ts";
import { changedFields, type Draft, draftOf, editOf } from "./draft.ts";
import { EditConflict } from "./edit-conflict.tsx";
import { type Faults, faultsIn, faultsOf } from "./faults.ts";
import { ProductFields } from "./product-fields.tsx";
import { useFaults } from "./use-faults.ts";

interface Props {
  /** As it is stored, as far as is known. */
  readonly product: Product;
  readonly onSaved: (product: Product) => void;
}

/** The product's details, edited from the version that was seen: one that somebody else has edited since is not lost. */
export function EditProduct({ product, onSaved }: Props) {
  const [base, setBase] = useState(product);
  const [draft, setDraft] = useState(() => draftOf(product));
  const [theirs, setTheirs] = useState<Product>();
  const [own, setOwn] = useState<Faults>({});
  const saving = useAction();
  const faults = { ...faultsIn(saving.problem), ...own };
  const form = useFaults(faults);
  const { currency } = product;
  const isChanged = changedFields(draftOf(base), draft, currency).length > 0;

  const beginWith = (next: Product, kept: Draft | ((now: Draft) => Draft) = draftOf(next)) => {
    setBase(next);
    setDraft(kept);
    setTheirs(undefined);
    setOwn({});
  };
  const isNewer = product.version > base.version;
  const isAnother = changedFields(draftOf(base), draftOf(product), currency).length > 0;
  // The form follows what is stored while nothing of it could be lost: nothing was typed, or it is no other text.
  if (isNewer && !theirs && !saving.busy && !(isChanged && isAnother))
    beginWith(product, isChanged ? draft : undefined);

  // What was decided is gone from the page, and the focus with it.
  const wasAsked = useRef(false);
  useLayoutEffect(() => {
    if (wasAsked.current && !theirs) form.current?.querySelector("input")?.focus();
    wasAsked.current = theirs !== undefined;
  }, [theirs]);

  const save = (from: Product, wanted: Draft) =>
    saving.run(async () => {
      const edit = editOf(draftOf(from), wanted, currency);
      if (Object.keys(edit).length === 0) return takeTheirs(from);
      try {
        const { body } = await editProduct(from.id, from.version, edit);
        // What was typed while it was under way stays, over what is stored now. In a conflict nothing can be typed.
        const typed = (now: Draft) => compare(wanted, draftOf(body), now, currency).yours;
        beginWith(body, from === theirs ? undefined : typed);
        onSaved(body);
        announce("The product is saved.");
      } catch (error) {
        if (asProblem(error).code !== "precondition-failed") throw error;
        setTheirs(await getProduct(from.id));
      }
    });
  const submit = (event: Event) => {
    event.preventDefault();
    const found = faultsOf(draft, currency);
    setOwn(found);
    if (Object.keys(found).length === 0 && isChanged) void save(base, draft);
  };
  const takeTheirs = (stored: Product) => {
    beginWith(stored);
    onSaved(stored);
    announce("The product is as they left it.");
  };
  const { problem } = saving;
  const isAtField = Object.keys(faultsIn(problem)).length > 0;
  return (
    <Card title="Details">
      {!theirs && isChanged && isNewer && (
        <Notice tone="warning">
          <p>Somebody else has edited this product meanwhile. When you save, you will see both versions.</p>
        </Notice>
      )}
      {problem && (theirs || !isAtField) && <ProblemAlert problem={problem} onDismiss={saving.dismiss} />}
      {theirs ? (
        <EditConflict
          base={draftOf(base)}
          theirs={theirs}
          draft={draft}
          busy={saving.busy}
          onTakeTheirs={() => takeTheirs(theirs)}
          onSaveYours={(yours) => void save(theirs, yours)}
        />
      ) : (
        <form ref={form} class="stack" onSubmit={submit} noValidate>
          <ProductFields draft={draft} faults={faults} currency={currency} onInput={setDraft} />
          <div class="cluster">
            <Button type="submit" kind="primary" busy={saving.busy} disabled={!isChanged}>
              Save
            </Button>
            {isChanged && (
              <Button
                kind="quiet"
                onClick={() => {
                  saving.dismiss();
                  beginWith(product);
                }}
              >
                Undo my changes
              </Button>
            )}
          </div>
        </form>
      )}
    </Card>
  );
}
