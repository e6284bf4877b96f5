export {
  type AciServiceArgs,
  type CertificateStore,
  type ContainerGpu,
  type ContainerProbe,
  ContainerSku,
  type ContainerTls,
  type CustomerKey,
  DnsNameLabelReuseScope,
  RestartPolicy,
} from "./aci-options";
export { AciService } from "./aci-service";
export {
  type CommittedContexts,
  type ImageBuildOptions,
  ImageBuilder,
  ImagePlatform,
  type PrebuiltImage,
} from "./azure/image-place";
export type * from "./azure/options";
export { PrincipalType, RegistrySku, StorageRedundancy } from "./azure/options";
export type { AzureHost, LogDestination } from "./azure-host";
export { AzureWorkspace, type AzureWorkspaceArgs } from "./azure-workspace";
export { LocalService, type LocalServiceArgs, ServiceEngine } from "./local-service";
export { type BaseImageRegistry, ModelImage, type ModelImageArgs, type ModelReference, Runtime } from "./model-image";
export { RegisteredModel, type RegisteredModelArgs } from "./registered-model";
export type { ContainerImageReference, ImageReference, LocalImageReference, ScoringService } from "./scoring-service";
export { type KeyRotation, ScoringServer } from "./serving";
export {
  type ImageContent,
  type ImagePlaces,
  localWorkspace,
  type ModelContent,
  type Workspace,
  type WorkspaceImage,
  type WorkspaceModel,
} from "./workspace";
