import { useLocation } from "preact-iso";
import { editProduct, getProduct, listMovements } from "../../api/catalog.ts";
import { ProblemAlert } from "../../components/alert.tsx";
import { announce } from "../../components/announcer.tsx";
import { Button } from "../../components/button.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { View } from "../../components/view.tsx";
import { useAction } from "../../hooks/use-action.ts";
import { useLoad } from "../../hooks/use-load.ts";
import { may } from "../../session/session.ts";
import { EditProduct } from "./edit-product.tsx";
import { MovementHistory } from "./movement-history.tsx";
import { ProductFacts } from "./product-facts.tsx";
import { ActiveBadge } from "./product-table.tsx";
import { StockCard } from "./stock-card.tsx";
import "./products.css";

/** One product: what is said of it, its stock, and how that came about. */
export default function ProductView({ product_id }: { product_id: string }) {
  const product = useLoad((signal) => getProduct(product_id, signal), [product_id], { everyMs: 4000 });
  const switching = useAction();
  const { cursor } = useLocation().query;
  const movements = useLoad((signal) => listMovements(product_id, cursor, signal), [product_id, cursor], {
    everyMs: 4000,
  });
  const found = product.data;

  const turn = (active: boolean) =>
    switching.run(async () => {
      if (!found) return;
      const { body } = await editProduct(found.id, found.version, { active });
      product.put(body);
      announce(active ? "The product can be bought again." : "The product is not sold any more.");
    });

  return (
    <View
      title={found?.name ?? "Product"}
      actions={
        found && (
          <>
            <ActiveBadge active={found.active} />
            {may("catalog:write") && (
              <Button
                kind={found.active ? "danger" : "plain"}
                busy={switching.busy}
                onClick={() => void turn(!found.active)}
              >
                {found.active ? "Deactivate" : "Activate"}
              </Button>
            )}
          </>
        )
      }
    >
      <p>
        <a href="/products">All products</a>
      </p>
      {product.problem && <ProblemAlert problem={product.problem} onRetry={product.reload} />}
      {switching.problem && <ProblemAlert problem={switching.problem} onDismiss={switching.dismiss} />}
      {!found && product.loading && <Skeleton rows={6} />}
      {found && (
        <>
          <div class="columns" key={found.id}>
            {may("catalog:write") ? (
              <EditProduct product={found} onSaved={product.put} />
            ) : (
              <ProductFacts product={found} />
            )}
            <StockCard
              product={found}
              onAdjusted={(adjusted) => {
                if (adjusted) product.put(adjusted);
                else product.reload();
                movements.reload();
              }}
            />
          </div>
          <MovementHistory movements={movements} />
        </>
      )}
    </View>
  );
}
