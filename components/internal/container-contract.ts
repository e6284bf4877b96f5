/** What a container of an image is known by, to who builds and runs it. */

/** App root in every image, as Azure Machine Learning has it. */
export const appRoot = "/var/azureml-app";

/** Label of an image that holds its identity. */
export const identityLabel = "org.opencontainers.image.version";
