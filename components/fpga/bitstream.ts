import * as fs from "node:fs";
import { shown } from "../internal/problems";
import { fromRoot } from "../internal/project";
import type { Problems } from "../internal/validate";

/** Layout of the head of an xclbin (`struct axlf`): Xilinx/XRT, src/runtime_src/core/include/xclbin.h, of 2024. */
const layout = { magic: "xclbin2\0", mode: 332, platform: 352, platformLength: 64, length: 456 } as const;
/** `XCLBIN_HW_EMU`, `XCLBIN_SW_EMU` and `XCLBIN_HW_EMU_PR`. */
const emulation: readonly number[] = [4, 5, 6];
/** The one shell of Azure's machines: np-series.md, "gen3x16-xdma-shell_2.1". */
const shell = /^xilinx_u250_gen3x16_xdma_/;

/** Checks the file of a bitstream, as far as its head tells; returns what it says of its shell. Azure's are those that it has attested. */
export function checkBitstream(
  problems: Problems,
  property: string,
  file: string,
  inAzure: boolean,
): string | undefined {
  const [ending, remedy] = inAzure
    ? [".azure.xclbin", "attestation returned two files: take 'design.azure.xclbin'"]
    : [".xclbin", undefined];
  const at = fromRoot(file);
  if (!file.endsWith(ending) || !fs.existsSync(at) || !fs.statSync(at).isFile()) {
    problems.add(property, `must be a file of the project that ends in '${ending}'`, shown(file), remedy);
    return undefined;
  }
  const head = headOf(at);
  if (head.length < layout.length || head.toString("latin1", 0, layout.magic.length) !== layout.magic) {
    problems.add(property, "must be a bitstream in the form 'xclbin2'", shown(file), remedy);
    return undefined;
  }
  if (emulation.includes(head.readUInt16LE(layout.mode))) {
    problems.add(property, "must be a bitstream for hardware, not for emulation", shown(file));
  }
  const [platform = ""] = head.toString("latin1", layout.platform, layout.platform + layout.platformLength).split("\0");
  return platform;
}

/** What to warn of for a shell; undefined for that of Azure's machines. */
export function shellWarning(property: string, platform: string): string | undefined {
  return shell.test(platform)
    ? undefined
    : `'${property}' says that it is for ${shown(platform)}; Azure's machines have the shell gen3x16-xdma 2.1 of the U250`;
}

function headOf(file: string): Buffer {
  const opened = fs.openSync(file, "r");
  try {
    const head = Buffer.alloc(layout.length);
    return head.subarray(0, fs.readSync(opened, head, 0, layout.length, 0));
  } finally {
    fs.closeSync(opened);
  }
}
