/**
 * Azure's FPGA machines, by MicrosoftDocs/azure-compute-docs, sizes/fpga-accelerated/np-series.md of 2026-04-13: each FPGA is an Alveo
 * U250.
 */
export const fpgaSizes: Readonly<Record<string, number>> = { Standard_NP10s: 1, Standard_NP20s: 2, Standard_NP40s: 4 };

/** Regions that have them, by the same page. */
export const fpgaRegions = [
  ...["canadacentral", "eastus", "japaneast", "southcentralus", "southeastasia", "westeurope", "westus2"],
] as const;

/** First day on which Azure has stopped them, in UTC. */
export const fpgaRetirement = "2027-05-31";
/** No bitstream is attested from this day on: azure-compute-docs, field-programmable-gate-arrays-attestation.md of 2026-09-25. */
export const attestationEnd = "2026-06-01";
/** No reservation can be bought from this day on. */
export const reservationEnd = "2026-04-02";

/** List prices of a machine in East US, dollars an hour, as we knew them in November 2026: see docs/costs.md. */
export const dollarsPerHour: Readonly<Record<string, number>> = {
  Standard_NP10s: 1.65,
  Standard_NP20s: 3.3,
  Standard_NP40s: 6.6,
  Standard_NC4as_T4_v3: 0.526,
};

/** Whole days until the machines are stopped; 0 or less from that day on. */
export function daysLeft(today: Date): number {
  const midnight = Date.parse(today.toISOString().slice(0, 10));
  return Math.round((Date.parse(fpgaRetirement) - midnight) / 86_400_000);
}

/** What to warn of where FPGAs are used while they last. */
export function retirementWarning(today: Date): string {
  const left = daysLeft(today);
  return (
    `Azure stops its FPGA machines on ${fpgaRetirement}, in ${left} ${left === 1 ? "day" : "days"}: no reservation since ${reservationEnd}, no new ` +
    `bitstream attested since ${attestationEnd}. 'accelerator: "gpu"' leads out, 'acknowledgeRetirement: true' ends this warning; see docs/fpga.md`
  );
}
