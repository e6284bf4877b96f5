/** Settings of stacks in clusters. */
export const clusterKeys = ["source", "images", "cluster", "batchJobs"] as const;
/** Settings that any stack has: the project gives each of them a default. */
export const allKeys = [
  ...["kind", "spark", "services", "location", "workspace", "scorers", "pins", "keyRotations", "pools"],
  ...clusterKeys,
  "edge",
] as const;
