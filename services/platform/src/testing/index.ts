export { loadHttpClient } from "../peer.ts";
export {
  type FakeAnswer,
  type FakePeer,
  type PeerFault,
  peerFaults,
  type RecordedRequest,
  startFakePeer,
} from "./fake-peer.ts";
export { caller, startTestService, type TestAnswer, type TestCall, type TestService, testKey } from "./start.ts";
export { temporaryFolder } from "./temporary-folder.ts";
