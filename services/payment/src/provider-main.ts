import { run } from "@shop/platform";
import { providerService } from "./provider/provider-service.ts";

await run(providerService);
