export { LocalService, type LocalServiceArgs, ScoringServer } from "./local-service";
export { type BaseImageRegistry, ModelImage, type ModelImageArgs, type ModelReference, Runtime } from "./model-image";
export { RegisteredModel, type RegisteredModelArgs } from "./registered-model";
export type { ImageReference, ScoringService } from "./scoring-service";
export {
  type ImageContent,
  localWorkspace,
  type ModelContent,
  type Workspace,
  type WorkspaceImage,
  type WorkspaceModel,
} from "./workspace";
