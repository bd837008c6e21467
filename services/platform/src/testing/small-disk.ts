import { execFileSync } from "node:child_process";
import { temporaryFolder } from "./temporary-folder.ts";

/** A file system of its own, on memory. */
export interface SmallDisk {
  readonly folder: string;
  /** From now on it cannot be written. No file on it may be open for writing. */
  makeReadOnly(): void;
  /** What still has files open keeps them until it closes them. */
  remove(): void;
}

/** A disk of so many bytes, to be filled; undefined where this user may not mount one. */
export function smallDisk(bytes: number): SmallDisk | undefined {
  const folder = temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  return {
    folder,
    makeReadOnly: () => void execFileSync("mount", ["-o", "remount,ro", folder], { stdio: "ignore" }),
    remove: () => void execFileSync("umount", ["-l", folder], { stdio: "ignore" }),
  };
}
