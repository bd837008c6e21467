import { run } from "@shop/platform";
import { orderService } from "./service.ts";

await run(orderService);
