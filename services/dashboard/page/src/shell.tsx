import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import { Announcer } from "./components/announcer.tsx";
import { Button } from "./components/button.tsx";
import { customer } from "./session/customer.ts";
import { forgetKey, maskedKey, may, session } from "./session/session.ts";
import { viewScopes } from "./views/scopes.ts";

interface Entry {
  readonly text: string;
  readonly href: string;
  readonly scope: string;
  readonly isCurrent: (path: string) => boolean;
}

const entries = (userId: string): readonly Entry[] => [
  { text: "Shop", href: "/shop", scope: viewScopes.shop, isCurrent: (path) => path === "/" || path === "/shop" },
  { text: "Cart", href: `/cart/${userId}`, scope: viewScopes.cart, isCurrent: (path) => path.startsWith("/cart/") },
  { text: "Orders", href: "/orders", scope: viewScopes.orders, isCurrent: (path) => path.startsWith("/orders") },
  {
    text: "Products",
    href: "/products",
    scope: viewScopes.products,
    isCurrent: (path) => path.startsWith("/products"),
  },
  {
    text: "Operations",
    href: "/operations",
    scope: viewScopes.operations,
    isCurrent: (path) => path === "/operations",
  },
];

/** What stands around every view: where one is, where one can go, and with whose key. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { path } = useLocation();
  const offered = entries(customer.value).filter(({ scope }) => may(scope));
  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <header class="header">
        <div class="header-inner">
          <a class="brand" href="/">
            <img src="/favicon.svg" alt="" width="28" height="28" />
            Shop
          </a>
          <nav aria-label="Main" class="nav">
            {offered.map(({ text, href, isCurrent }) => (
              <a key={text} href={href} aria-current={isCurrent(path) ? "page" : undefined}>
                {text}
              </a>
            ))}
          </nav>
          <div class="who">
            <span class="chip" title={`Scopes: ${session.value?.scopes.join(", ")}`}>
              <span class="chip-name">{session.value?.caller}</span> <code>{maskedKey}</code>
            </span>
            <Button kind="quiet" onClick={() => forgetKey("forgotten")}>
              Forget key
            </Button>
          </div>
        </div>
      </header>
      <main id="main" class="main" tabIndex={-1}>
        {children}
      </main>
      <Announcer />
    </>
  );
}
