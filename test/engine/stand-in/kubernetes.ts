import { compare } from "../../../provider/rpc/diff";
import type { Values } from "../../../provider/rpc/values";
import type { Cloud } from "./cloud";
import {
  type ChangeCall,
  type CheckCall,
  type Compared,
  type DeleteCall,
  type Made,
  type Package,
  Refusal,
  type Seen,
  type Subject,
} from "./package";
import { kindOf, madeOf, statusLater, statusOf } from "./kubernetes-status";
import { hidden, revealed } from "./secrets";
import { recordOf, textOf } from "./values";

/** What a Job is made anew for. Source: `forceNew` in pulumi-kubernetes' `provider/pkg/provider/diff.go`. */
const fixedOfJobs = /^spec\.(completions|parallelism|selector|template)\b/;

/**
 * kubernetes, as far as a stack is rehearsed with it now: objects are kept under their kind, namespace and name, and come back as
 * they were asked for, with an address where they have one. There are no checks of their content and no functions.
 */
export class KubernetesPackage implements Package {
  readonly name = "kubernetes";
  readonly version = "4.34.2";

  private cluster = "";

  constructor(
    private readonly cloud: Cloud,
    private readonly adoptsOwn = false,
  ) {}

  /** Any cluster will do: each has objects of its own. */
  configure({ clusterIdentifier, kubeconfig }: Values): void {
    this.cluster = this.cloud.stable(textOf(clusterIdentifier) || textOf(kubeconfig), 8);
  }

  check({ inputs, olds, name }: CheckCall) {
    const metadata = recordOf(inputs.metadata);
    const known = recordOf(olds.metadata).name;
    return { inputs: { ...inputs, metadata: { ...metadata, name: metadata.name ?? known ?? name } }, failures: [] };
  }

  compare({ token }: Subject, olds: Seen, inputs: Values): Compared {
    const changes = compare(olds.inputs, inputs);
    const fixed = /^(kind|apiVersion|metadata\.(name|namespace))$/;
    const replaces = Object.keys(changes).filter(
      (path) => fixed.test(path) || (kindOf(token) === "Job" && fixedOfJobs.test(path)),
    );
    // Two objects can't have one name; with another, the new one comes first (pulumi-kubernetes, `Diff`).
    const isRenamed = "metadata.name" in changes || "metadata.namespace" in changes;
    return { changes, replaces, deleteBeforeReplace: !isRenamed };
  }

  preview({ token, inputs, old }: ChangeCall): Values {
    const there = old && this.cloud.find(this.keyOf(token, old.id));
    return { ...inputs, ...(there ? statusOf(there) : statusLater(token, inputs)) };
  }

  create(call: ChangeCall): Made {
    const { namespace, name } = recordOf(call.inputs.metadata);
    const id = `${textOf(namespace) || "default"}/${textOf(name)}`;
    const key = this.keyOf(call.token, id);
    const there = this.cloud.find(key);
    if (there && !(this.adoptsOwn && there.urn === call.urn)) {
      throw new Refusal(
        `resource ${id} was not successfully created by the Kubernetes API server: ${call.token} already exists`,
      );
    }
    return this.put(call, id);
  }

  update(call: ChangeCall): Made {
    return this.put(call, call.old?.id ?? "");
  }

  read({ token }: Subject, id: string, olds: Seen): Seen | undefined {
    const found = this.cloud.find(this.keyOf(token, id));
    const inputs = found && revealed(found.inputs, olds.inputs, this.cloud.state.salt);
    return inputs && { inputs, outputs: { ...inputs, ...statusOf(found) } };
  }

  delete({ token, id }: DeleteCall): void {
    this.cloud.remove(this.keyOf(token, id));
  }

  invoke(token: string): Values {
    throw new Refusal(`the stand-in does not have ${token}; add it to test/engine/stand-in/kubernetes.ts`);
  }

  private keyOf(token: string, id: string): string {
    return `${this.cluster}/${token}/${id}`;
  }

  private put({ token, urn, inputs, secretPaths }: ChangeCall, id: string): Made {
    const kept = hidden(inputs, secretPaths, this.cloud.state.salt);
    const key = this.keyOf(token, id);
    const made = madeOf(this.cloud, token, inputs, this.cloud.find(key));
    this.cloud.put({ id: key, token, urn, inputs: kept, made });
    return { id, outputs: { ...inputs, ...statusOf({ token, made }) } };
  }
}
