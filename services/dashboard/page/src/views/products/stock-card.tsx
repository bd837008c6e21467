import type { Product } from "../../api/catalog.ts";
import { Card } from "../../components/card.tsx";
import { may } from "../../session/session.ts";
import { AdjustStock } from "./adjust-stock.tsx";
import { formatCount } from "./count.ts";

interface Props {
  readonly product: Product;
  readonly onAdjusted: (product: Product | undefined) => void;
}

/** How much there is, how much of it is promised, and the way to set it right. */
export const StockCard = ({ product, onAdjusted }: Props) => (
  <Card title="Stock">
    <dl class="stock-figures">
      <div>
        <dt>In stock</dt>
        <dd>{formatCount(product.stock)}</dd>
      </div>
      <div>
        <dt>Reserved</dt>
        <dd>{formatCount(product.reserved)}</dd>
      </div>
      <div>
        <dt>Available</dt>
        <dd>{formatCount(product.available)}</dd>
      </div>
    </dl>
    {may("catalog:write") && <AdjustStock product={product} onAdjusted={onAdjusted} />}
  </Card>
);
