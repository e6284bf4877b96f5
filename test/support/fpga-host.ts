import type { FpgaArgs, FpgaServiceArgs, KubernetesHost } from "../../components";
import { containerImage } from "./aci-host";
import { clusterHost } from "./kubernetes-host";

/** A cluster in Azure that services can make nodes for. */
export const azureHost: KubernetesHost = {
  ...clusterHost,
  nodeSizes: [{ name: "agents", cpuCores: 3.86, memoryInGb: 13.7, gpus: 0 }],
  nodePools: { resourceGroupName: "team", clusterName: "prod", location: "westeurope" },
};
/** An image with a bitstream. */
export const image = { ...containerImage, modelIds: ["digits-u250:3"] };
/** What is said of FPGAs where they are used. */
export const fpga: FpgaArgs = { resourceName: "amd.com/u250", bitstream: { modelName: "digits-u250" } };
/** A service on FPGAs. */
export const onFpga: FpgaServiceArgs = { host: azureHost, image, accelerator: "fpga", fpga };
/** Before Azure stops the machines: tests hold on any day. */
export const before = "2027-01-15T12:00:00Z";

/** Head of a bitstream: the layout of `struct axlf`. */
export function bitstreamHead({
  magic = "xclbin2\0",
  mode = 0,
  platform = "xilinx_u250_gen3x16_xdma_2_1_202010_1",
} = {}) {
  const head = Buffer.alloc(512);
  head.write(magic, 0, "latin1");
  head.writeUInt16LE(mode, 332);
  head.write(platform, 352, "latin1");
  return head;
}
