export { createLogger } from "../log.ts";
export { createMetrics } from "../metrics.ts";
export { loadHttpClient } from "../peer.ts";
export { beforeDeadline } from "./before-deadline.ts";
export { caller, type TestAnswer, type TestCall, testKey } from "./call.ts";
export { eventually } from "./eventually.ts";
export {
  type FakeAnswer,
  type FakePeer,
  type PeerFault,
  peerFaults,
  type RecordedRequest,
  type Responder,
  startFakePeer,
} from "./fake-peer.ts";
export { type HeldPort, holdPort } from "./hold-port.ts";
export { openTestDatabase } from "./open-test-database.ts";
export { queryFile } from "./query-file.ts";
export { type SmallDisk, smallDisk } from "./small-disk.ts";
export { startTestService, type TestService } from "./start.ts";
export { startTestFront, type TestFront } from "./start-front.ts";
export { temporaryFolder } from "./temporary-folder.ts";
