import { parse, stringify } from "yaml";
import { z } from "zod";
import { hurriedDuration } from "./hurry-rules.ts";

const Waits = z.looseObject({
  group_wait: z.string().optional(),
  group_interval: z.string().optional(),
});
const Config = z.looseObject({
  route: Waits.extend({ routes: z.array(Waits) }),
  templates: z.array(z.string()),
  receivers: z.array(
    z.looseObject({ name: z.string(), slack_configs: z.array(z.looseObject({})).optional() }),
  ),
});

export interface AlertmanagerOptions {
  /** How many times shorter it waits for company, above 0; messages are not repeated sooner. */
  readonly pace: number;
  /** Holds the webhook's address; undefined: nobody is told, and Alertmanager only shows what it has. */
  readonly slackUrlFile: string | undefined;
  /** Glob of the templates. */
  readonly templates: string;
}

/**
 * Alertmanager's configuration as a cluster runs it.
 *
 * @param text `monitoring/alertmanager/alertmanager.yml`.
 * @throws ZodError where the text is no configuration of Alertmanager.
 */
export function alertmanagerConfig(text: string, options: AlertmanagerOptions): string {
  const config = Config.parse(parse(text));
  const { routes, ...route } = config.route;
  const { slackUrlFile } = options;
  const receivers = config.receivers.map(({ slack_configs: slack, ...receiver }) =>
    slackUrlFile === undefined || slack === undefined
      ? receiver
      : { ...receiver, slack_configs: slack.map((to) => ({ ...to, api_url_file: slackUrlFile })) },
  );
  return stringify(
    {
      ...config,
      route: {
        ...hurriedWaits(route, options.pace),
        routes: routes.map((one) => hurriedWaits(one, options.pace)),
      },
      templates: [options.templates],
      receivers,
    },
    { lineWidth: 0 },
  );
}

function hurriedWaits(route: z.output<typeof Waits>, pace: number): z.output<typeof Waits> {
  const waits = (["group_wait", "group_interval"] as const).flatMap((name) => {
    const usual = route[name];
    return usual === undefined ? [] : [[name, hurriedDuration(usual, pace)] as const];
  });
  return { ...route, ...Object.fromEntries(waits) };
}
