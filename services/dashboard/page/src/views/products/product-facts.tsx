import type { Product } from "../../api/catalog.ts";
import { Card } from "../../components/card.tsx";
import { Money, When } from "../../components/values.tsx";

/** What is said of a product, for those who may only read it. */
export const ProductFacts = ({ product }: { product: Product }) => (
  <Card title="Details">
    <dl class="facts">
      <dt>SKU</dt>
      <dd>
        <code>{product.sku}</code>
      </dd>
      <dt>Price</dt>
      <dd>
        <Money amount={product.price} currency={product.currency} />
      </dd>
      <dt>Last edited</dt>
      <dd>
        <When at={product.updated_at} />
      </dd>
    </dl>
    {product.description && <p class="prose">{product.description}</p>}
  </Card>
);
