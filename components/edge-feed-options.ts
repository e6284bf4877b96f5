/**
 * How a module is fed by routes: a second module of the same image, `<module>-feed`, takes messages from an input, has the service
 * score each, and sends the replies to its output `output`; what can't be scored goes to its output `failures`. The scorer's
 * `conda.yml` must have `paho-mqtt>=2.1,<3`. All of it is plain.
 */
export interface EdgeFeedArgs {
  /** Where its messages come from, as after `FROM` in a route. @default - the routes of the deployment say it @example "/messages/modules/camera/outputs/readings" */
  readonly from?: string;
  /** Where replies go, as after `INTO` in a route. @default - the routes of the deployment say it @example "$upstream" */
  readonly to?: string;
  /** Where messages go that can't be scored, as after `INTO` in a route. @default - the routes of the deployment say it */
  readonly failuresTo?: string;
  /** Its input, 1 to 64 letters, digits and _ -. @default "input" */
  readonly inputName?: string;
  /** Messages that are scored at a time, 1 to 64; with more than 1 their order is not kept. @default 1 */
  readonly maximumConcurrency?: number;
  /** How often a message is tried that the service fails with, 1 to 100; a service that is away or busy does not count. @default 3 */
  readonly maximumTries?: number;
  /** Milliseconds from one try to the next, 10 to 30000; doubled each time, up to 30 seconds. @default 1000 */
  readonly retryPauseMs?: number;
}
