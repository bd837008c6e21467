import { run } from "@shop/platform";
import { catalogService } from "./service.ts";

await run(catalogService);
