/** What the components tell the in-project provider about Azure, and what it answers: `scorestack:azure:*`. */

/** Type tokens of the in-project provider's resources that lie in Azure. */
export const azureTokens = { modelFiles: "scorestack:azure:ModelFiles" } as const;

export interface ModelFilesInputs {
  modelName: string;
  /** Content identity: 64 hex characters (`hashContent`). */
  digest: string;
  /** File or folder, relative to the project root, `/` as separator. */
  source: string;
  sizeInBytes: number;
  /** A folder of a storage account's container. Exactly one of this and `registry`. */
  container?: ContainerPlace;
  /** An Azure ML registry, which has storage of its own. */
  registry?: RegistryPlace;
}

export interface ContainerPlace {
  /** Address of the storage account's blobs, such as `https://team.blob.core.windows.net/`. */
  endpoint: string;
  containerName: string;
  /** `models/<name>/<version>`, below which the content has its own name. */
  folder: string;
}

export interface RegistryPlace {
  /** Its id in Azure. */
  registryId: string;
  version: string;
}

export interface ModelFilesOutputs extends ModelFilesInputs {
  /** Where the content lies: address of the file, or of the folder. */
  uri: string;
}

/** Version of a model in Azure: the first 12 characters of its digest, as many as people compare. */
export function contentVersion(digest: string): string {
  return digest.slice(0, 12);
}
