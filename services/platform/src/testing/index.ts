export { type FakePeer, peerFaults, startFakePeer } from "./fake-peer.ts";
export { caller, startTestService, type TestAnswer, type TestCall, type TestService, testKey } from "./start.ts";
export { temporaryFolder } from "./temporary-folder.ts";
