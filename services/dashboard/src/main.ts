import { runFront } from "@shop/platform";
import { dashboardService } from "./service.ts";

await runFront(dashboardService);
