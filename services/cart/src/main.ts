import { run } from "@shop/platform";
import { cartService } from "./service.ts";

await run(cartService);
