/**
 * One error class, one table. The code is the type: `room.what_happened`, never renamed, never reused.
 * `retry` is what the durable engine and the Link obey: true means "the same request may work later".
 */

export interface ErrorRow {
  /** HTTP status of the answer that carries this error. */
  readonly status: number;
  /** Exit code of the command line: 2 wrong use, 3 home not reached, 4 refused by a guardrail, 1 else. */
  readonly exit: 1 | 2 | 3 | 4;
  readonly retry: boolean;
  /** The person's next action. */
  readonly hint: string;
}

const link = (status: number, retry: boolean, hint: string) =>
  ({ status, exit: 3, retry, hint }) as const;

export const errorTable = {
  'link.address_invalid': link(
    422,
    false,
    'Type an address such as 192.168.1.20, homeassistant.local or https://home.example.org.',
  ),
  'link.name_not_found': link(
    502,
    true,
    'Check the spelling. Names that end in .local work only in the same network; try the IP address.',
  ),
  'link.refused': link(
    502,
    true,
    'Is Home Assistant running? If it runs on another port, type it under Port.',
  ),
  'link.unreachable': link(
    502,
    true,
    'Check that the home is online. An address such as 192.168.… works only inside that network.',
  ),
  'link.tls_untrusted': link(
    502,
    false,
    'Install a certificate with its full chain, or link again with the certificate pinned.',
  ),
  'link.tls_expired': link(
    502,
    false,
    'Renew the certificate, restart what serves it, and check the clock of both computers.',
  ),
  'link.tls_name_mismatch': link(
    502,
    false,
    'Use the name that stands in the certificate as the address.',
  ),
  'link.tls_client_certificate': link(
    502,
    false,
    'The server asks for a client certificate. Exempt Tomte from it, or use another address.',
  ),
  'link.wants_https': link(
    502,
    false,
    'This port speaks https. Put https:// in front of the address.',
  ),
  'link.wants_http': link(
    502,
    false,
    'This port speaks plain http. Put http:// in front of the address, or set up https there.',
  ),
  'link.cloud_disconnected': link(
    502,
    true,
    'In that home open Settings, Home Assistant Cloud, Remote control, and switch it on.',
  ),
  'link.not_home_assistant': link(
    502,
    false,
    'Something else answers there. Check address and port; leave out any path.',
  ),
  'link.redirected': link(
    502,
    false,
    'The address sends visitors elsewhere. Confirm the new address by typing it as the address.',
  ),
  'link.access_gateway': link(
    502,
    false,
    'A login page stands in front of Home Assistant. Let /api/* and /auth/* pass without it.',
  ),
  'link.proxy_untrusted': link(
    502,
    false,
    'In Home Assistant: Settings, System, Network: trust the address of your reverse proxy.',
  ),
  'link.websocket_blocked': link(
    502,
    false,
    'Switch on WebSocket support in the reverse proxy (Upgrade and Connection headers).',
  ),
  'link.proxy_error': link(
    502,
    true,
    'The proxy answers, Home Assistant behind it does not. Check that Home Assistant is running.',
  ),
  'link.rate_limited': link(
    502,
    true,
    'Something in front of Home Assistant limits requests. Wait a few minutes, or exempt Tomte.',
  ),
  'link.address_banned': link(
    502,
    false,
    'Remove this computer’s line from ip_bans.yaml in Home Assistant’s configuration folder and restart it.',
  ),
  'link.forbidden': link(
    502,
    false,
    'A firewall or web filter refuses this computer. Allow its address there.',
  ),
  'link.starting': link(502, true, 'Home Assistant is starting. Wait a minute and try again.'),
  'link.onboarding_unfinished': link(
    502,
    false,
    'Open Home Assistant in a browser and finish its first set-up.',
  ),
  'link.token_missing': link(
    422,
    false,
    'Make a long-lived access token in your Home Assistant profile, under Security, and paste it.',
  ),
  'link.token_malformed': link(
    422,
    false,
    'Paste the whole token: three parts with two dots, about 180 characters, shown once when made.',
  ),
  'link.token_expired': link(
    401,
    false,
    'Make a new long-lived access token in your Home Assistant profile, under Security.',
  ),
  'link.token_rejected': link(
    401,
    false,
    'Make a new long-lived access token in your Home Assistant profile and paste it whole.',
  ),
  'link.token_local_only': link(
    401,
    false,
    'The user may log in only from the local network. Allow remote login for it, or use the local address.',
  ),
  'link.user_inactive': link(
    401,
    false,
    'An administrator must activate this user in Home Assistant, or use another user’s token.',
  ),
  'link.version_unsupported': link(502, false, 'Update Home Assistant to 2024.4 or newer.'),
  'link.already_linked': link(
    409,
    false,
    'This home is linked. To renew its token, unlink it first or run link with the same address and --replace.',
  ),
  'link.plain_http': link(
    422,
    false,
    'The token would travel readable. Use https, or allow plain http for this address.',
  ),
  'link.lost': link(503, true, 'Tomte keeps trying by itself. tomte doctor tells what is wrong.'),
  'link.stopped': link(499, false, 'Start again when you like.'),

  'home.not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'tomte homes lists the linked homes.',
  },
  'home.call_failed': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'Home Assistant refused or failed the request; its log tells more.',
  },
  'home.call_timeout': {
    status: 504,
    exit: 1,
    retry: true,
    hint: 'Home Assistant did not answer in time. It may be busy.',
  },
  'home.call_invalid': {
    status: 422,
    exit: 1,
    retry: false,
    hint: 'Home Assistant does not accept this request. Check its fields.',
  },
  'home.not_permitted': {
    status: 403,
    exit: 1,
    retry: false,
    hint: 'The user behind the token may not do this. See the table of rights in docs/guide/link.md.',
  },
  'home.frame_invalid': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'The home sent something that is not the protocol. Tomte reconnects.',
  },
  'home.frame_too_large': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'The home sent more than Tomte accepts in one message. Tomte reconnects.',
  },
  'home.entity_unknown': {
    status: 404,
    exit: 1,
    retry: false,
    hint: 'No such entity in the home. It may have been renamed.',
  },
  'home.action_unknown': {
    status: 404,
    exit: 1,
    retry: false,
    hint: 'No such Action in the home. Its integration may not be loaded.',
  },
  'home.ask_refused': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'Only Actions that answer and change nothing may be asked; the guide lists them.',
  },
  'home.action_unconfirmed': {
    status: 504,
    exit: 1,
    retry: true,
    hint: 'Home Assistant accepted the request but the device did not follow.',
  },

  'guardrail.not_granted': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'Allow this entity for this workflow first; nothing is switched unless you allowed it.',
  },
  'guardrail.never': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'Locks, alarms, garage doors, valves and sirens need your own yes each time.',
  },
  'guardrail.target_too_wide': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'Name single entities; areas, devices and labels are not switched as a whole.',
  },
  'guardrail.stopped': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'All Actions are stopped. tomte stop-actions --resume lets them go on.',
  },
  'guardrail.paused': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'Workflows are paused in this home. tomte pause --off lets them go on before the end.',
  },
  'guardrail.action_not_granted': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'The rule for this entity allows other Actions only. Change it where the workflow is enabled.',
  },
  'guardrail.out_of_range': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'The rule for this entity has a range for its numbers. Change it where the workflow is enabled.',
  },
  'guardrail.too_often': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'The rule for this entity allows so many Actions an hour; the next is possible later.',
  },
  'guardrail.too_soon': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'The rule for this entity has a shortest time on or off; after it, this is possible.',
  },
  'guardrail.quiet_hours': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'The rule for this entity has quiet hours. Change them where the workflow is enabled.',
  },
  'guardrail.not_while': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'The rule for this entity does not hold while guests are there, or while you are away. tomte guests --off or tomte away --off ends that.',
  },
  'guardrail.said_no': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'A person was asked and did not say yes. Nothing was switched.',
  },
  'guardrail.approval_invalid': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'A yes holds once, for a few minutes, for exactly the Action that was asked about. Ask again.',
  },

  'approval.not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'tomte approve lists what waits for an answer.',
  },
  'approval.closed': {
    status: 409,
    exit: 1,
    retry: false,
    hint: 'It was answered, or its time is over. tomte approve lists what waits for an answer.',
  },
  'approval.invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Answer with one of the options that were asked.',
  },

  'proposal.invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Propose either one Action of named entities, or how one workflow is set.',
  },
  'proposal.never': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'Locks, alarms, garage doors, valves and sirens are for people. Do it in Home Assistant or in Tomte.',
  },
  'proposal.too_many': {
    status: 429,
    exit: 1,
    retry: false,
    hint: 'Let a person answer the proposals that wait, or wait until they end.',
  },
  'proposal.outdated': {
    status: 409,
    exit: 1,
    retry: false,
    hint: 'Propose it again against how things are now.',
  },
  'mcp.off': {
    status: 404,
    exit: 1,
    retry: false,
    hint: 'Make a token first: tomte mcp token NAME.',
  },
  'mcp.token_refused': {
    status: 401,
    exit: 1,
    retry: false,
    hint: 'Send the token as Authorization: Bearer. tomte mcp token NAME makes one.',
  },
  'mcp.token_not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'tomte mcp tokens lists them.',
  },
  'mcp.origin_refused': {
    status: 403,
    exit: 1,
    retry: false,
    hint: 'Use a program that is no web page, or open Tomte under a name it knows.',
  },
  'mcp.read_only': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'This token may only read. tomte mcp token NAME makes one that may propose.',
  },

  'store.folder_unreachable': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Choose a data folder that every user may pass through, with --data DIR.',
  },
  'store.folder_in_use': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Another Tomte owns this data folder. Stop it, or use another --data.',
  },
  'store.newer_than_program': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'The data was written by a newer Tomte. Update, or restore the backup it made.',
  },
  'store.unavailable': {
    status: 503,
    exit: 1,
    retry: true,
    hint: 'The database does not answer. Tomte restarts it by itself; see the log.',
  },
  'store.died': {
    status: 503,
    exit: 1,
    retry: true,
    hint: 'The database ended by itself. Tomte starts both again; its log says why.',
  },
  'store.platform_unsupported': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'No database comes for this platform. Set DATABASE_URL to a PostgreSQL of yours.',
  },
  'store.start_failed': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'The database could not start. The last lines of its log are in the details.',
  },
  'store.key_missing': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Put the key file back (TOMTE_KEY_FILE or <data>/key); without it the tokens cannot be read.',
  },
  'store.key_exposed': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'The key file must be readable by its owner only: chmod 600.',
  },
  'store.secret_unreadable': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'The stored secret does not fit the key or its row. Link the home again.',
  },

  'backup.file_taken': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Give another name. Only a file that is a backup of Tomte is replaced by a newer one.',
  },
  'backup.file_unreadable': {
    status: 400,
    exit: 2,
    retry: false,
    hint: 'Check the path and whether you may read and write there.',
  },
  'backup.nothing_there': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'No Tomte ever ran on this data folder. Name the right one with --data DIR.',
  },
  'backup.interrupted': {
    status: 503,
    exit: 1,
    retry: true,
    hint: 'Nothing was left half done. Check that there is room on the disk, and try again.',
  },
  'backup.running': {
    status: 409,
    exit: 1,
    retry: true,
    hint: 'Wait until the other backup is done.',
  },
  'backup.not_a_backup': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Name a file that tomte backup made.',
  },
  'backup.damaged': {
    status: 422,
    exit: 1,
    retry: false,
    hint: 'Nothing was changed. Copy the file anew from where it was made, or take an older backup.',
  },
  'backup.newer_than_program': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Update Tomte to the version that made the backup, or a newer one. Nothing was changed.',
  },
  'backup.unfit': {
    status: 422,
    exit: 1,
    retry: false,
    hint: 'Restore it with the version of Tomte that made it, then update. Nothing was changed.',
  },
  'backup.not_empty': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Restore into a new folder (--data DIR), or with --replace, which first backs up what is here.',
  },
  'backup.database_in_use': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Stop every Tomte that uses this database, then restore.',
  },

  'config.invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'tomte check shows every problem at once.',
  },
  'config.password_required': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Set a password first (tomte password), or keep --host 127.0.0.1.',
  },
  'config.port_in_use': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Something listens on this port. Choose another with --port.',
  },
  'config.extension_invalid': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'The file must default-export the right define…() call; see the guide.',
  },
  'config.folder_writable': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Extensions run as Tomte itself: folder and files must be your own, or root’s, and not writable by others: chmod go-w.',
  },
  'config.node_too_old': {
    status: 500,
    exit: 2,
    retry: false,
    hint: 'Install Node 24, or a platform for which npm brings it.',
  },

  'cli.usage': { status: 400, exit: 2, retry: false, hint: 'tomte --help lists the commands.' },
  'cli.service_unreachable': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'The service file is there but nobody answers. Start Tomte again.',
  },

  'api.invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'details names each field, what was found and what was expected.',
  },
  'api.not_found': { status: 404, exit: 1, retry: false, hint: 'Check the address.' },
  'api.method_not_allowed': {
    status: 405,
    exit: 1,
    retry: false,
    hint: 'Use the method named in the reference.',
  },
  'api.too_large': { status: 413, exit: 1, retry: false, hint: 'Send less at once.' },
  'api.login_required': { status: 401, exit: 1, retry: false, hint: 'Log in with the password.' },
  'api.password_wrong': { status: 401, exit: 1, retry: false, hint: 'Try again in a few seconds.' },
  'api.origin_refused': {
    status: 403,
    exit: 1,
    retry: false,
    hint: 'Open Tomte by its own address.',
  },
  'api.ingress_only': {
    status: 403,
    exit: 1,
    retry: false,
    hint: 'Open Tomte in Home Assistant’s sidebar, or set a password with tomte password.',
  },
  'api.machine_only': {
    status: 403,
    exit: 1,
    retry: false,
    hint: 'Use the command line on that computer; it shows the credential of service.json.',
  },
  'api.link_expired': {
    status: 410,
    exit: 1,
    retry: false,
    hint: 'Open the alert in Tomte itself.',
  },

  'alert.not_found': { status: 404, exit: 1, retry: false, hint: 'tomte alerts lists them.' },
  'alert.no_button': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'The alert is over, or offers nothing to switch. tomte alerts lists what is open.',
  },
  'person.not_found': { status: 404, exit: 2, retry: false, hint: 'tomte persons lists them.' },
  'person.not_allowed': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'Whoever may say yes is set under Home, people and phones, or with tomte persons.',
  },
  'route.not_found': { status: 404, exit: 2, retry: false, hint: 'tomte routes lists them.' },
  'channel.not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'tomte channels lists what is set up.',
  },
  'channel.refused': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'The channel refused the message. Check its settings.',
  },
  'channel.unreachable': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'The channel does not answer. Tomte tries again by itself.',
  },
  'channel.rate_limited': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'The channel takes no more messages for a while. Tomte waits as long as it says.',
  },
  'channel.login_refused': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'The token or password is not accepted. Type it again, whole.',
  },
  'channel.receiver_unknown': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'Nobody by that name or number is there. Check whom the message is for.',
  },
  'channel.blocked': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'The receiver does not take messages from Tomte. Allow it there, or choose another channel.',
  },
  'channel.address_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Write a whole address, such as https://ntfy.sh/my-home.',
  },
  'workflow.not_found': { status: 404, exit: 2, retry: false, hint: 'tomte workflows lists them.' },
  'backtest.too_long': {
    status: 422,
    exit: 1,
    retry: false,
    hint: 'Ask for fewer days, or give the workflow a cooldown.',
  },
  'backtest.not_recorded': {
    status: 422,
    exit: 1,
    retry: false,
    hint: 'The past is tried with what Home Assistant recorded; outside answers are not part of it.',
  },
  'workflow.name_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'A name has small letters, digits and single dashes, such as door-open.',
  },
  'workflow.exists': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Choose another name; nothing was changed.',
  },
  'workflow.draft_gone': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'Drafts are kept for as long as Tomte runs, the newest twenty. Let it be written again.',
  },
  'workflow.draft_changed': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Look at what would change once more; nothing was changed.',
  },
  'workflow.file_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Mend the file at the place named. Until then the last version that loaded goes on.',
  },
  'workflow.trigger_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Mend the trigger as the guide on triggers shows, then save the workflow again.',
  },
  'workflow.settings_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'details names each setting that is wrong.',
  },
  'run.not_found': {
    status: 404,
    exit: 1,
    retry: false,
    hint: 'tomte runs lists them. Details older than 90 days are gone.',
  },
  'run.step_not_found': {
    status: 404,
    exit: 1,
    retry: false,
    hint: 'Load the page of the Run again and choose one of its steps.',
  },
  'run.step_order_changed': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'The workflow changed while this Run was waiting. Start it again.',
  },
  'run.restarted': {
    status: 409,
    exit: 1,
    retry: false,
    hint: 'Its workflow begins anew with each trigger. Nothing is to be done.',
  },
  'webhook.not_found': {
    status: 404,
    exit: 1,
    retry: false,
    hint: 'Look the address up on the page of the workflow; a renewed one has another.',
  },
  'webhook.signature_wrong': {
    status: 401,
    exit: 1,
    retry: false,
    hint: 'Sign t and body, joined by a dot, with HMAC-SHA256 and this webhook’s own key.',
  },
  'webhook.stale': {
    status: 401,
    exit: 1,
    retry: false,
    hint: 'Sign when you send, and set the clocks of both computers: five minutes are the most.',
  },
  'webhook.rate_limited': {
    status: 429,
    exit: 1,
    retry: true,
    hint: 'Wait a minute. A webhook takes 60 messages a minute.',
  },
  'run.failed': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'The Run’s page tells which step failed and why.',
  },
  'run.condition_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'details names what is wrong. The guide’s page on conditions shows each kind.',
  },
  'run.call_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'The workflow asked for something in a way Tomte does not understand; the message says what.',
  },
  'run.step_timeout': {
    status: 504,
    exit: 1,
    retry: true,
    hint: 'The step took longer than its own limit. Give it more time, or make it smaller.',
  },
  'run.step_too_large': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'A step may answer 256 KB. Ask for a shorter time, or return only what is needed.',
  },
  'run.step_nested': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'Inside step(name, body) only plain code runs. Move the call out of the body.',
  },
  'run.too_many_steps': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'A Run takes at most 10,000 steps. Let a trigger start a new Run instead of looping for ever.',
  },
  'run.crashed': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'Tomte ended five times while this Run was at work, so it is not tried again.',
  },
  'run.cancelled': {
    status: 409,
    exit: 1,
    retry: false,
    hint: 'It was ended by a person, or by its workflow being switched off.',
  },
  'run.call_failed': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'The Run it called has a page of its own; details names it.',
  },
  'workflow.off': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Switch the workflow on first, or try it without switching anything.',
  },
  'connect.address_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Write a whole address with http or https, without user name and password in it.',
  },
  'connect.address_refused': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'Only public addresses are reached. One in your own network is allowed by allowAddresses in tomte.yaml.',
  },
  'connect.name_not_found': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'Check the spelling of the name, and that this computer is online.',
  },
  'connect.unreachable': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'Check the address and that the other side is running.',
  },
  'connect.timeout': {
    status: 504,
    exit: 1,
    retry: true,
    hint: 'The other side is slow or sends without end.',
  },
  'connect.too_large': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'Ask for less: an address that answers only what is needed.',
  },
  'connect.redirect_refused': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'Use the address that the redirect leads to.',
  },
  'redteam.cases_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'One JSON object a line: {"name":"…","site":"calendar.summary","text":"…"}.',
  },
  'redteam.site_unknown': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'A site is a noun of the home and a field of it, such as entity.friendly_name, calendar.summary or model.output.',
  },
  'decide.model_unavailable': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'Is the model running and reachable? Until it answers, the rule decides.',
  },
  'decide.model_refused': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'Check the name of the model, the key and the account at its provider. Until then the rule decides.',
  },
  'decide.model_not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'tomte models lists those that are set up; tomte models kinds, what can be.',
  },
  'decide.not_agreed': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Look at what would leave the home first: tomte models preview NAME; then agree.',
  },
  'decide.watch_first': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Let it watch beside the rule first: tomte models watch NAME. tomte models compare NAME shows how it does.',
  },
  'decide.budget_spent': {
    status: 429,
    exit: 1,
    retry: true,
    hint: 'Wait for the next day (UTC), or raise the budget in the settings of Decisions.',
  },
  'decide.not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'tomte decisions lists them.',
  },
  'decide.answer_invalid': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'The model does not keep to the form that is asked for; try another answer form, or another model.',
  },
  'decide.too_slow': {
    status: 504,
    exit: 1,
    retry: true,
    hint: 'Allow more time in the settings of Decisions, or use a faster model.',
  },
  'connect.not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'tomte connectors lists them.',
  },
  'connect.not_set_up': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'tomte connectors set NAME --set KEY=VALUE… sets it up; kinds lists what is needed.',
  },
  'connect.query_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'details names each field of the question that is wrong.',
  },
  'connect.source_unavailable': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'The source is busy or down. Tomte asks again later by itself.',
  },
  'connect.source_refused': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'The source refuses the question. Check address, secret and settings.',
  },
  'connect.answer_invalid': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'The source answers in another form than expected. Check address and settings.',
  },
  'connect.daily_cap': {
    status: 429,
    exit: 1,
    retry: false,
    hint: 'The day’s requests are used up; from midnight UTC on it is asked again.',
  },
  'connect.secret_refused': {
    status: 403,
    exit: 4,
    retry: false,
    hint: 'A secret goes to its own hosts only. Check the address, and which hosts the setting is for.',
  },
  'kit.no_answer': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'Give the answer to openKit: { fetch, facts, call }.',
  },
  'detector.not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'The page “What is watched” lists them.',
  },
  'detector.settings_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Correct the setting that is named.',
  },
  'detector.finding_not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'It may be older than findings are kept. Load the page again.',
  },
  'detector.answer_not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'It was taken back before, or another answer took its place.',
  },
  'heartbeat.refused': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'Open the page of the service that waits for the beat and compare the address.',
  },
  'detect.input_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'The first line describes the home, each further line is one reading.',
  },
  'energy.not_set_up': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Fill Home Assistant’s energy page, two minutes, and try again.',
  },
  'energy.fault_not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'It may be mended by now. tomte energy lists what is there.',
  },
  'energy.tariff_not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'tomte energy tariffs lists them.',
  },
  'energy.tariff_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Correct the setting that is named; tomte energy tariffs lists what is needed.',
  },
  'energy.tariff_unavailable': {
    status: 502,
    exit: 1,
    retry: true,
    hint: 'The source of prices is busy or down. Tomte goes on with the prices it has.',
  },
  'energy.tariff_unreadable': {
    status: 502,
    exit: 1,
    retry: false,
    hint: 'The source of prices answers in another form than expected. Check the settings of the tariff.',
  },
  'energy.no_prices': {
    status: 409,
    exit: 2,
    retry: false,
    hint: 'Choose a tariff on the page Energy, or with tomte energy tariff NAME.',
  },
  'plan.input_invalid': {
    status: 422,
    exit: 2,
    retry: false,
    hint: 'Each line is one problem; the message names the place. The guide’s page on plans has its fields.',
  },
  'plan.load_not_found': {
    status: 404,
    exit: 2,
    retry: false,
    hint: 'What can wait is named in the settings of the workflow Follow the plan; tomte plan lists it.',
  },
  'plan.solver_busy': {
    status: 503,
    exit: 1,
    retry: true,
    hint: 'More plans are asked for than can be worked out. Wait for those under way.',
  },
  'plan.solver_closed': {
    status: 503,
    exit: 1,
    retry: true,
    hint: 'Tomte is ending. Ask again once it runs.',
  },
  'app.internal': {
    status: 500,
    exit: 1,
    retry: false,
    hint: 'This is a fault in Tomte. Its log tells more; report it with the lines around it.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** The one JSON shape of an error, on every route, socket and command. */
export interface ErrorBody {
  error: { code: ErrorCode; message: string; hint: string; details: Record<string, unknown> };
}

export interface ErrorOptions {
  cause?: unknown;
  /** Replaces the table's hint where the cause is known more exactly. */
  hint?: string;
  /** Machine-readable facts. Never a secret. */
  details?: Record<string, unknown>;
}

/** Every expected failure of Tomte. `message` says what happened, `hint` what to do next. */
export class TomteError extends Error {
  override readonly name = 'TomteError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? errorTable[code].hint;
    this.details = options.details ?? {};
  }

  get row(): ErrorRow {
    return errorTable[this.code];
  }

  toJSON(): ErrorBody {
    const { code, message, hint, details } = this;
    return { error: { code, message, hint, details } };
  }

  /** Rebuilds the error a service answered with; the client throws the same class with the same code. */
  static fromBody(body: ErrorBody): TomteError {
    const { code, message, hint, details } = body.error;
    return new TomteError(code in errorTable ? code : 'app.internal', message, { hint, details });
  }
}

/** The TomteError with this code, or false: `isError(e, 'link.refused')`. */
export function isError(error: unknown, ...codes: ErrorCode[]): error is TomteError {
  return error instanceof TomteError && (codes.length === 0 || codes.includes(error.code));
}

/** Warnings of a good link: things that work but will surprise. */
export const warningTable = {
  'link.token_admin':
    'A user without administrator rights is enough for nearly everything; the guide has the table of what would be missing.',
  'link.token_expires_soon':
    'Make a new token in your Home Assistant profile before this one ends.',
  'link.token_rights_missing':
    'Buttons pressed in the phone app are not heard with this user’s token; the alert’s link works instead.',
  'link.recovery_mode':
    'Home Assistant runs in recovery or safe mode: most entities are missing until its configuration is mended.',
  'link.recorder_missing':
    'Add recorder: to Home Assistant’s configuration; without it nothing missed can be rebuilt.',
  'link.history_missing':
    'Add history: to Home Assistant’s configuration, so that Tomte can learn from the past.',
  'link.energy_missing':
    'Fill Home Assistant’s energy page (two minutes), so that Tomte knows meters, sun and battery.',
} as const;

export type WarningCode = keyof typeof warningTable;
