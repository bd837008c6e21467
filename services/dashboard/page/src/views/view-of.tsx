import type { ComponentType } from "preact";
import { lazy } from "preact-iso";
import { Button } from "../components/button.tsx";
import { View } from "../components/view.tsx";
import { may } from "../session/session.ts";

/** What stands in the addresses of views; each view asks for its own. */
interface Parameters {
  readonly user_id: string;
  readonly order_id: string;
  readonly product_id: string;
}
type ViewComponent = ComponentType<Partial<Parameters>>;

/** A view with a file of its own, fetched when it is first looked at, and shown to keys that have its scope. */
export function viewOf(title: string, scope: string, load: () => Promise<{ default: unknown }>): ViewComponent {
  const Loaded = lazy(() =>
    (load() as Promise<{ default: ViewComponent }>).catch(() => ({ default: () => <NotFetched title={title} /> })),
  );
  return (parameters) => (may(scope) ? <Loaded {...parameters} /> : <NotAllowed title={title} scope={scope} />);
}

/** The connection is gone, or the page was replaced by a newer one since it was opened. */
const NotFetched = ({ title }: { title: string }) => (
  <View title={title}>
    <p>This part of the page could not be fetched.</p>
    <div>
      <Button kind="primary" onClick={() => location.reload()}>
        Load the page again
      </Button>
    </div>
  </View>
);

/** Reached by a link from somebody else: the navigation does not offer it. */
const NotAllowed = ({ title, scope }: { title: string; scope: string }) => (
  <View title={title}>
    <p>
      Your key may not see this: it lacks the scope <code>{scope}</code>.
    </p>
  </View>
);
