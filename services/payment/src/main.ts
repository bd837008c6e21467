import { run } from "@shop/platform";
import { paymentService } from "./service.ts";

await run(paymentService);
