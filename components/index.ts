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
export { AksCluster, type AksClusterArgs } from "./aks-cluster";
export type * from "./aks-options";
export {
  AksGateway,
  ClusterPurpose,
  ClusterTier,
  NetworkPolicyEngine,
  NodeOsUpgradeChannel,
  UpgradeChannel,
  Weekday,
} from "./aks-options";
export { AksService } from "./aks-service";
export {
  type AksServiceArgs,
  type Caller,
  Exposure,
  type GatewayCertificate,
  IssuerKind,
  type ReplicaArgs,
  type ReplicaProbe,
  type Rollout,
  type RolloutStep,
  type ServiceVersion,
} from "./aks-service-options";
export {
  type CommittedContexts,
  type ImageBuildOptions,
  ImageBuilder,
  ImagePlatform,
  type PrebuiltImage,
} from "./azure/image-place";
export type * from "./azure/options";
export { PrincipalType, RegistrySku, StorageRedundancy } from "./azure/options";
export type { AzureHost, LogDestination, WorkspaceDatastore } from "./azure-host";
export { AzureWorkspace, type AzureWorkspaceArgs } from "./azure-workspace";
export type { EdgeModuleService } from "./edge/modules";
export type * from "./edge-feed-options";
export { EdgeModuleDeployment } from "./edge-module-deployment";
export type * from "./edge-module-options";
export type * from "./edge-provisioning-options";
export { EdgeEnrollmentAuthentication } from "./edge-provisioning-options";
export {
  EdgeAuthenticationType,
  EdgeHubSku,
  EdgeImagePullPolicy,
  EdgeModuleStatus,
  EdgeRestartPolicy,
} from "./edge-module-options";
export { BatchScoringPool } from "./batch-scoring-pool";
export {
  type BatchIdentityArgs,
  type BatchImageReference,
  BatchInputKind,
  BatchLoggingLevel,
  type BatchModelReference,
  BatchOutputAction,
  type BatchRetriesArgs,
  type BatchScheduleArgs,
  type BatchScoringPoolArgs,
  BatchTarget,
  type BatchWorkspace,
  type DedicatedTopUpArgs,
  type RecurrenceArgs,
  RecurrenceUnit,
  VmPriority,
} from "./batch-scoring-pool-options";
export type * from "./fpga-options";
export { Accelerator } from "./fpga-options";
export { FpgaService } from "./fpga-service";
export { KubeLogin } from "./internal/kubeconfig";
export { KubernetesBatchJob } from "./kubernetes-batch-job";
export type * from "./kubernetes-batch-job-options";
export { BatchInputFormat, BatchOutputFormat } from "./kubernetes-batch-job-options";
export { KubernetesCluster, type KubernetesClusterArgs, type RegistryLoginArgs } from "./kubernetes-cluster";
export type * from "./kubernetes-host";
export { ReplicaScaler } from "./kubernetes-host";
export { LocalService, type LocalServiceArgs, ServiceEngine } from "./local-service";
export { type BaseImageRegistry, ModelImage, type ModelImageArgs, type ModelReference, Runtime } from "./model-image";
export { RegisteredModel, type RegisteredModelArgs } from "./registered-model";
export { replicasFor, type ReplicasForArgs } from "./replicas-for";
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
